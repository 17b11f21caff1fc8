import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import type { KeyDraft, KeyType } from "./draft";
import { typeName } from "./words";

interface KeyFieldsProps {
  label: string;
  optional?: boolean;
  description?: string;
  value: KeyDraft;
  error?: string;
  onChange: (value: KeyDraft) => void;
}

const TYPES = (["S", "N", "B"] as const).map((type) => ({ value: type, label: typeName(type) }));

/** A key attribute: its name and, beside it, its type. */
export function KeyFields({ label, optional, description, value, error, onChange }: KeyFieldsProps) {
  return (
    <Grid gridDefinition={[{ colspan: { default: 8, xs: 6 } }, { colspan: { default: 4, xs: 3 } }]}>
      <FormField
        stretch
        label={optional ? <Optional label={label} /> : label}
        constraintText={description}
        errorText={error}
      >
        <Input
          value={value.name}
          ariaLabel={label}
          ariaRequired={!optional}
          placeholder={`Enter the ${label.toLowerCase()} name`}
          onChange={({ detail }) => onChange({ ...value, name: detail.value })}
        />
      </FormField>
      <FormField stretch label="Type">
        <Select
          selectedOption={TYPES.find((type) => type.value === value.type) ?? null}
          options={TYPES}
          ariaLabel={`${label} type`}
          onChange={({ detail }) =>
            onChange({ ...value, type: (detail.selectedOption.value ?? "S") as KeyType })
          }
        />
      </FormField>
    </Grid>
  );
}

function Optional({ label }: { label: string }) {
  return (
    <span>
      {label} <i>- optional</i>
    </span>
  );
}
