import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type RoleDetails, setBoundary } from "../../aws/role-policies";
import { useSubmit } from "../../parts/submit";
import { useManagedPolicies } from "./queries";

const NONE = { value: "", label: "No boundary" };

/** The policy that bounds what all the others can allow. */
export function Boundary({ details }: { details: RoleDetails }) {
  const name = details.role.RoleName ?? "";
  const now = details.role.PermissionsBoundary?.PermissionsBoundaryArn ?? "";
  const [chosen, setChosen] = useState<string>();
  const wanted = chosen ?? now;
  const policies = useManagedPolicies();
  const options = [
    NONE,
    ...(policies.data ?? []).map(({ Arn = "", PolicyName = "" }) => ({ value: Arn, label: PolicyName })),
  ];
  const submit = useSubmit(() => setBoundary(name, wanted || undefined), {
    done: () => (wanted ? "The permissions boundary was set." : "The permissions boundary was removed."),
  });
  return (
    <ExpandableSection
      variant="container"
      defaultExpanded={now !== ""}
      headerText={`Permissions boundary (${now === "" ? "not set" : "set"})`}
    >
      <SpaceBetween size="s">
        <FormField
          label="Boundary"
          description="The role may do only what both its policies and the boundary allow."
          errorText={submit.formError()}
        >
          <Select
            options={options}
            selectedOption={options.find(({ value }) => value === wanted) ?? { value: wanted, label: wanted }}
            filteringType="auto"
            filteringAriaLabel="Find policies"
            onChange={({ detail }) => setChosen(detail.selectedOption.value ?? "")}
          />
        </FormField>
        <Button disabled={wanted === now} loading={submit.busy} onClick={() => void submit.run()}>
          Save boundary
        </Button>
      </SpaceBetween>
    </ExpandableSection>
  );
}
