import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import { useManagedPolicies } from "./queries";

interface PolicyPickerProps {
  /** ARNs. */
  chosen: readonly string[];
  onChange: (arns: string[]) => void;
  without?: readonly string[];
  description?: string;
}

/** Managed policies, the account's own first. */
export function PolicyPicker({ chosen, onChange, without = [], description }: PolicyPickerProps) {
  const all = useManagedPolicies();
  const options = (all.data ?? [])
    .filter(({ Arn = "" }) => !without.includes(Arn))
    .map(({ Arn = "", PolicyName = "", Description }) => ({
      value: Arn,
      label: PolicyName,
      description: Description ?? (Arn.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed"),
    }))
    .sort(
      (one, other) =>
        Number(isOfAws(one.value)) - Number(isOfAws(other.value)) || (one.label < other.label ? -1 : 1),
    );
  return (
    <FormField label="Managed policies" description={description}>
      <Multiselect
        options={options}
        selectedOptions={options.filter(({ value }) => chosen.includes(value))}
        placeholder="Choose policies"
        filteringType="auto"
        filteringAriaLabel="Find policies"
        statusType={all.isPending ? "loading" : all.isError ? "error" : "finished"}
        loadingText="Loading policies"
        errorText="The policies could not be read"
        empty="No policies"
        deselectAriaLabel={({ label }) => `Remove ${label}`}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value = "" }) => value))}
      />
    </FormField>
  );
}

const isOfAws = (arn: string) => arn.startsWith("arn:aws:iam::aws:");
