import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { paths } from "../../paths";
import type { Wrong } from "./draft";

export interface Ends {
  table: string;
  function: string;
  /** A version or an alias of it; empty for $LATEST. */
  qualifier: string;
  position: "LATEST" | "TRIM_HORIZON";
  enabled: boolean;
}

interface EndFieldsProps {
  ends: Ends;
  change: (next: Ends) => void;
  /** Whether each table's stream is on. */
  tables: { name: string; on: boolean }[];
  functions: string[];
  /** The versions and aliases of the chosen function. */
  qualifiers: { value: string; label: string; description: string }[];
  /** The chosen table has no stream. */
  off: boolean;
  wrong: Wrong;
}

const POSITIONS = [
  { value: "LATEST", label: "Latest", description: "Only what changes from now on." },
  {
    value: "TRIM_HORIZON",
    label: "Trim horizon",
    description: "Everything that is in the stream, the last 24 hours.",
  },
];

/** What a trigger joins, and where it begins. */
export function EndFields({ ends, change, tables, functions, qualifiers, off, wrong }: EndFieldsProps) {
  return (
    <Container header={<Header variant="h2">Table and function</Header>}>
      <SpaceBetween size="l">
        <FormField label="Table" description="Its stream must be on." errorText={wrong.table}>
          <Select
            options={tables.map(({ name, on }) => ({
              value: name,
              description: on ? undefined : "The stream is off",
            }))}
            selectedOption={ends.table === "" ? null : { value: ends.table }}
            placeholder="Choose a table"
            filteringType="auto"
            empty="There are no tables"
            onChange={({ detail }) => change({ ...ends, table: detail.selectedOption.value ?? "" })}
          />
        </FormField>
        {off && tables.some(({ name }) => name === ends.table) ? (
          <Alert
            type="info"
            action={
              <Button formAction="none" href={paths.turnOnStream(ends.table)}>
                Turn on stream
              </Button>
            }
          >
            The stream of {ends.table} is off.
          </Alert>
        ) : null}
        <FormField label="Function" description="It runs as its role." errorText={wrong.function}>
          <Select
            options={functions.map((value) => ({ value }))}
            selectedOption={ends.function === "" ? null : { value: ends.function }}
            placeholder="Choose a function"
            filteringType="auto"
            empty="There are no functions"
            onChange={({ detail }) =>
              change({ ...ends, function: detail.selectedOption.value ?? "", qualifier: "" })
            }
          />
        </FormField>
        {qualifiers.length === 0 ? null : (
          <FormField
            label="Version or alias"
            description="What runs. An alias can lead to another version later."
          >
            <Select
              options={[{ value: "", label: "$LATEST" }, ...qualifiers]}
              selectedOption={
                qualifiers.find(({ value }) => value === ends.qualifier) ?? { value: "", label: "$LATEST" }
              }
              onChange={({ detail }) => change({ ...ends, qualifier: detail.selectedOption.value ?? "" })}
            />
          </FormField>
        )}
        <FormField label="Starting position">
          <RadioGroup
            items={POSITIONS}
            value={ends.position}
            onChange={({ detail }) => change({ ...ends, position: detail.value as Ends["position"] })}
          />
        </FormField>
        <Checkbox
          checked={ends.enabled}
          description="It begins as soon as it is made."
          onChange={({ detail }) => change({ ...ends, enabled: detail.checked })}
        >
          Enable trigger
        </Checkbox>
      </SpaceBetween>
    </Container>
  );
}
