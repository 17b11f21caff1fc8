import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { StreamTable } from "../../../aws/stream-tables";
import { paths } from "../../../paths";
import type { SectionProps } from "./basics";

const POSITIONS = [
  { value: "LATEST", label: "Latest", description: "Changes from now on." },
  { value: "TRIM_HORIZON", label: "Trim horizon", description: "All that the stream still has." },
];

interface TriggerSectionProps extends SectionProps {
  tables: readonly StreamTable[];
  loading: boolean;
}

/** Which table's changes the function is called with. */
export function TriggerSection({ form, errorOf, change, tables, loading }: TriggerSectionProps) {
  const table = tables.find(({ name }) => name === form.table);
  return (
    <Container
      header={
        <Header variant="h2" description="The function is called with the changes of this table.">
          DynamoDB trigger
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FormField label="DynamoDB table" errorText={errorOf("table", "eventSourceArn")}>
          <Select
            options={tables.map(optionOf)}
            selectedOption={form.table === undefined ? null : { value: form.table, label: form.table }}
            placeholder="Choose a table"
            filteringType="auto"
            filteringAriaLabel="Find a table"
            statusType={loading ? "loading" : "finished"}
            loadingText="Loading tables"
            empty="There are no tables"
            onChange={({ detail }) => change({ table: detail.selectedOption.value })}
          />
        </FormField>
        {table !== undefined && table.streamArn === undefined ? <StreamIsOff table={table.name} /> : null}
        <FormField
          label="Batch size"
          description="The most records that one invocation gets."
          constraintText="1 to 10,000."
          errorText={errorOf("batchSize")}
        >
          <Input
            autoComplete={false}
            value={form.batchSize}
            inputMode="numeric"
            onChange={({ detail }) => change({ batchSize: detail.value })}
          />
        </FormField>
        <FormField label="Starting position" errorText={errorOf("startingPosition")}>
          <Select
            options={POSITIONS}
            selectedOption={POSITIONS.find(({ value }) => value === form.startingPosition) ?? null}
            onChange={({ detail }) =>
              change({
                startingPosition: detail.selectedOption.value === "LATEST" ? "LATEST" : "TRIM_HORIZON",
              })
            }
          />
        </FormField>
        <Checkbox checked={form.enabled} onChange={({ detail }) => change({ enabled: detail.checked })}>
          Activate trigger
        </Checkbox>
      </SpaceBetween>
    </Container>
  );
}

function optionOf({ name, streamArn }: StreamTable) {
  return {
    value: name,
    label: name,
    description: streamArn === undefined ? "Its stream is off." : undefined,
  };
}

function StreamIsOff({ table }: { table: string }) {
  return (
    <Alert
      type="warning"
      header={`The stream of ${table} is off`}
      action={<Button href={paths.turnOnStream(table)}>Turn on stream</Button>}
    >
      A function is told of changes by the table's stream. Turn it on, then come back: what you filled in
      stays.
    </Alert>
  );
}
