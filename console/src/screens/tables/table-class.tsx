import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { type TableDescription, updateTable } from "../../aws/tables";
import { FormModal } from "../../parts/form-modal";
import { useSubmit } from "../../parts/submit";
import { TableClassTiles } from "./custom-settings";
import type { TableClass as ClassName } from "./draft";
import { tableClassName } from "./words";

export function TableClass({ table }: { table: TableDescription }) {
  const [editing, setEditing] = useState(false);
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" actions={<Button onClick={() => setEditing(true)}>Edit table class</Button>}>
          Table class
        </Header>
      }
    >
      {tableClassName(table)}
      {editing ? <EditClass table={table} onDone={() => setEditing(false)} /> : null}
    </Container>
  );
}

function EditClass({ table, onDone }: { table: TableDescription; onDone: () => void }) {
  const [chosen, setChosen] = useState<ClassName>(table.TableClassSummary?.TableClass ?? "STANDARD");
  const submit = useSubmit(
    (given: ClassName) => updateTable({ TableName: table.TableName, TableClass: given }),
    { done: () => `The class of ${table.TableName} was changed.` },
  );
  const save = async () => {
    if (await submit.run(chosen)) {
      onDone();
    }
  };
  return (
    <FormModal
      title="Edit table class"
      action="Save changes"
      busy={submit.busy}
      failure={submit.failure}
      error={submit.formError()}
      onSubmit={() => void save()}
      onDismiss={onDone}
    >
      <TableClassTiles value={chosen} onChange={setChosen} />
    </FormModal>
  );
}
