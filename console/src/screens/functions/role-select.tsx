import Select from "@cloudscape-design/components/select";
import type { UseQueryResult } from "@tanstack/react-query";
import { failure } from "../../aws/failure";
import type { Role } from "../../aws/roles";

interface RoleSelectProps {
  roles: UseQueryResult<Role[]>;
  /** The ARN of the role. */
  chosen: string | undefined;
  disabled?: boolean;
  onChoose: (arn: string) => void;
}

/** Chooses one of the account's roles, those that Lambda may assume first. */
export function RoleSelect({ roles, chosen, disabled, onChoose }: RoleSelectProps) {
  const options = (roles.data ?? [])
    .map((role) => ({ value: role.Arn ?? "", label: role.RoleName ?? "", fits: trustsLambda(role) }))
    .sort((one, other) => Number(other.fits) - Number(one.fits))
    .map(({ value, label, fits }) => ({
      value,
      label,
      description: value,
      tags: fits ? undefined : ["Lambda may not assume it"],
    }));
  const selected = options.find(({ value }) => value === chosen);
  return (
    <Select
      options={options}
      selectedOption={selected ?? (chosen === undefined ? null : { value: chosen, label: chosen })}
      disabled={disabled}
      filteringType="auto"
      filteringAriaLabel="Find a role"
      placeholder="Choose a role"
      statusType={roles.isError ? "error" : roles.isPending ? "loading" : "finished"}
      loadingText="Loading roles"
      errorText={roles.isError ? failure(roles.error).message : ""}
      empty="There are no roles"
      onChange={({ detail }) => onChoose(detail.selectedOption.value ?? "")}
    />
  );
}

function trustsLambda(role: Role): boolean {
  const policy = decodeURIComponent(role.AssumeRolePolicyDocument ?? "");
  return policy.includes("lambda.amazonaws.com");
}
