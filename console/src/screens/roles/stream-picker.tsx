import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import { useStatus } from "../../parts/queries";

interface StreamPickerProps {
  /** ARNs. */
  chosen: readonly string[];
  onChange: (arns: string[]) => void;
}

/** Tables whose stream the role is to read. */
export function StreamPicker({ chosen, onChange }: StreamPickerProps) {
  const all = useStatus();
  const options = (all.data?.tables ?? []).map(({ name, stream_arn }) => ({
    value: stream_arn,
    label: name,
  }));
  return (
    <FormField
      label="Read the streams of tables"
      description="An inline policy is made that lets the role read these streams and write logs: what a trigger's function needs."
    >
      <Multiselect
        options={options}
        selectedOptions={options.filter(({ value }) => chosen.includes(value))}
        placeholder="Choose tables"
        filteringType="auto"
        filteringAriaLabel="Find tables"
        empty="No table has its stream on"
        deselectAriaLabel={({ label }) => `Remove ${label}`}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value = "" }) => value))}
      />
    </FormField>
  );
}
