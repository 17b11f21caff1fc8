import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import { type TableDescription, type UpdateTableCommandInput, updateTable } from "../../aws/tables";
import { FormModal } from "../../parts/form-modal";
import { count } from "../../parts/format";
import { useSubmit } from "../../parts/submit";
import { CapacityFields } from "./capacity-fields";
import { type Billing, newTable, throughput, type Units } from "./draft";
import { placesOfTable } from "./places";
import { capacityName, isOnDemand } from "./words";

export function Capacity({ table }: { table: TableDescription }) {
  const [editing, setEditing] = useState(false);
  const units = table.ProvisionedThroughput;
  const provisioned = isOnDemand(table)
    ? []
    : [
        { label: "Read capacity units", value: count(units?.ReadCapacityUnits ?? 0) },
        { label: "Write capacity units", value: count(units?.WriteCapacityUnits ?? 0) },
      ];
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="A server that was started with --throttle refuses what exceeds it, as AWS does."
          actions={<Button onClick={() => setEditing(true)}>Edit capacity</Button>}
        >
          Read/write capacity
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        items={[{ label: "Capacity mode", value: capacityName(table) }, ...provisioned]}
      />
      {editing ? <EditCapacity table={table} onDone={() => setEditing(false)} /> : null}
    </Container>
  );
}

interface Choice {
  billing: Billing;
  units: Units;
}

function current(table: TableDescription): Choice {
  const { ReadCapacityUnits: read, WriteCapacityUnits: write } = table.ProvisionedThroughput ?? {};
  return {
    billing: isOnDemand(table) ? "PAY_PER_REQUEST" : "PROVISIONED",
    units: { read: String(read || 5), write: String(write || 5) },
  };
}

/** UpdateTable's request. A table that becomes provisioned needs units for each global index too. */
function change(table: TableDescription, { billing, units }: Choice): UpdateTableCommandInput {
  const asked = { TableName: table.TableName, BillingMode: billing };
  if (billing === "PAY_PER_REQUEST") {
    return asked;
  }
  const indexes = isOnDemand(table) ? (table.GlobalSecondaryIndexes ?? []) : [];
  const updates = indexes.map(({ IndexName }) => ({
    Update: { IndexName, ProvisionedThroughput: throughput(units) },
  }));
  return {
    ...asked,
    ProvisionedThroughput: throughput(units),
    GlobalSecondaryIndexUpdates: updates.length > 0 ? updates : undefined,
  };
}

function EditCapacity({ table, onDone }: { table: TableDescription; onDone: () => void }) {
  const [choice, setChoice] = useState(() => current(table));
  const submit = useSubmit((given: Choice) => updateTable(change(table, given)), {
    done: () => `The capacity of ${table.TableName} was changed.`,
  });
  const errors = submit.failure === undefined ? {} : placesOfTable(submit.failure.message, newTable());
  const save = async () => {
    if (await submit.run(choice)) {
      onDone();
    }
  };
  return (
    <FormModal
      title="Edit capacity"
      action="Save changes"
      busy={submit.busy}
      failure={submit.failure}
      error={Object.keys(errors).length > 0 ? undefined : submit.formError()}
      onSubmit={() => void save()}
      onDismiss={onDone}
    >
      <CapacityFields
        {...choice}
        errors={errors}
        onChange={(changed) => setChoice((before) => ({ ...before, ...changed }))}
      />
    </FormModal>
  );
}
