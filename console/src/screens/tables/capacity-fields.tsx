import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import type { Billing, Units } from "./draft";

interface UnitFieldsProps {
  value: Units;
  readError?: string;
  writeError?: string;
  onChange: (value: Units) => void;
}

/** Provisioned units, of a table or of an index. */
export function UnitFields({ value, readError, writeError, onChange }: UnitFieldsProps) {
  return (
    <ColumnLayout columns={2}>
      <FormField label="Read capacity units" errorText={readError}>
        <Input
          type="number"
          inputMode="numeric"
          value={value.read}
          onChange={({ detail }) => onChange({ ...value, read: detail.value })}
        />
      </FormField>
      <FormField label="Write capacity units" errorText={writeError}>
        <Input
          type="number"
          inputMode="numeric"
          value={value.write}
          onChange={({ detail }) => onChange({ ...value, write: detail.value })}
        />
      </FormField>
    </ColumnLayout>
  );
}

interface CapacityFieldsProps {
  billing: Billing;
  units: Units;
  errors: Record<string, string>;
  onChange: (change: { billing?: Billing; units?: Units }) => void;
}

export function CapacityFields({ billing, units, errors, onChange }: CapacityFieldsProps) {
  return (
    <SpaceBetween size="m">
      <FormField label="Capacity mode" stretch>
        <Tiles
          value={billing}
          ariaLabel="Capacity mode"
          onChange={({ detail }) => onChange({ billing: detail.value as Billing })}
          items={[
            {
              value: "PAY_PER_REQUEST",
              label: "On-demand",
              description: "Pay for the reads and writes that the application does. Nothing to plan.",
            },
            {
              value: "PROVISIONED",
              label: "Provisioned",
              description:
                "Reserve read and write capacity in advance. This server keeps it, and never throttles.",
            },
          ]}
        />
      </FormField>
      {billing === "PROVISIONED" ? (
        <UnitFields
          value={units}
          readError={errors.readUnits}
          writeError={errors.writeUnits}
          onChange={(changed) => onChange({ units: changed })}
        />
      ) : null}
    </SpaceBetween>
  );
}
