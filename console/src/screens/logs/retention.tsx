import Select, { type SelectProps } from "@cloudscape-design/components/select";
import { RETENTIONS, retentionText } from "./places";

const NEVER: SelectProps.Option = { value: "", label: retentionText(undefined) };
const OPTIONS: SelectProps.Option[] = [
  NEVER,
  ...RETENTIONS.map((days) => ({ value: String(days), label: retentionText(days) })),
];

interface RetentionSelectProps {
  days: number | undefined;
  onChange: (days: number | undefined) => void;
}

/** How long events are kept, as AWS offers it. Belongs into a FormField. */
export function RetentionSelect({ days, onChange }: RetentionSelectProps) {
  return (
    <Select
      options={OPTIONS}
      selectedOption={OPTIONS.find(({ value }) => value === String(days ?? "")) ?? NEVER}
      onChange={({ detail }) =>
        onChange(detail.selectedOption.value ? Number(detail.selectedOption.value) : undefined)
      }
    />
  );
}
