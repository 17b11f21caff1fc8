import SpaceBetween from "@cloudscape-design/components/space-between";
import type { RoleDetails } from "../../aws/role-policies";
import { AttachedPolicies } from "./attached-policies";
import { Boundary } from "./boundary";
import { InlinePolicies } from "./inline-policies";

export function Permissions({ details }: { details: RoleDetails }) {
  return (
    <SpaceBetween size="l">
      <InlinePolicies role={details.role.RoleName ?? ""} names={details.inline} />
      <AttachedPolicies role={details.role.RoleName ?? ""} attached={details.attached} />
      <Boundary details={details} />
    </SpaceBetween>
  );
}
