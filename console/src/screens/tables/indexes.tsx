import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { type TableDescription, updateTable } from "../../aws/tables";
import { Confirm } from "../../parts/confirm";
import { useTable } from "../../parts/queries";
import { Empty } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { CreateIndex } from "./create-index";
import { type IndexDescription, indexColumns, isReady } from "./index-columns";

const OFTEN_MS = 700;
const SELDOM_MS = 4000;

export function Indexes({ table }: { table: TableDescription }) {
  const { TableName = "", GlobalSecondaryIndexes: global = [], LocalSecondaryIndexes: local = [] } = table;
  const [selected, setSelected] = useState<string>();
  const [open, setOpen] = useState<"create" | "delete">();
  // Closely while an index is being made, so that its progress is seen.
  useTable(TableName, open === "create" || !global.every(isReady) ? OFTEN_MS : SELDOM_MS);
  const chosen = global.find(({ IndexName }) => IndexName === selected);
  return (
    <SpaceBetween size="l">
      <Table
        items={global}
        columnDefinitions={indexColumns(table)}
        trackBy="IndexName"
        selectionType="single"
        selectedItems={chosen === undefined ? [] : [chosen]}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.IndexName)}
        ariaLabels={{
          tableLabel: "Global secondary indexes",
          selectionGroupLabel: "Index selection",
          itemSelectionLabel: (_, { IndexName }) => `Select ${IndexName}`,
        }}
        empty={
          <Empty title="No global secondary indexes">Create one to query the table by other keys.</Empty>
        }
        header={
          <Header
            variant="h2"
            counter={`(${global.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={chosen === undefined} onClick={() => setOpen("delete")}>
                  Delete
                </Button>
                <Button variant="primary" onClick={() => setOpen("create")}>
                  Create index
                </Button>
              </SpaceBetween>
            }
          >
            Global secondary indexes
          </Header>
        }
      />
      <LocalIndexes table={table} indexes={local} />
      {open === "create" ? <CreateIndex table={table} onDone={() => setOpen(undefined)} /> : null}
      {open === "delete" && chosen !== undefined ? (
        <DeleteIndex
          table={TableName}
          index={chosen.IndexName ?? ""}
          onDone={() => {
            setSelected(undefined);
            setOpen(undefined);
          }}
          onDismiss={() => setOpen(undefined)}
        />
      ) : null}
    </SpaceBetween>
  );
}

function LocalIndexes({ table, indexes }: { table: TableDescription; indexes: IndexDescription[] }) {
  return (
    <Table
      items={indexes}
      columnDefinitions={indexColumns(table).filter(({ id }) => id !== "status")}
      trackBy="IndexName"
      ariaLabels={{ tableLabel: "Local secondary indexes" }}
      empty={<Empty title="No local secondary indexes">They can be created with the table only.</Empty>}
      header={
        <Header
          variant="h2"
          counter={`(${indexes.length})`}
          description="They share the table's partition key, and stay as they were created."
        >
          Local secondary indexes
        </Header>
      }
    />
  );
}

interface DeleteIndexProps {
  table: string;
  index: string;
  onDone: () => void;
  onDismiss: () => void;
}

function DeleteIndex({ table, index, onDone, onDismiss }: DeleteIndexProps) {
  const submit = useSubmit(
    async () => {
      await updateTable({
        TableName: table,
        GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: index } }],
      });
    },
    { done: () => `The index ${index} was deleted.` },
  );
  const confirm = async () => {
    if (await submit.run()) {
      onDone();
    }
  };
  return (
    <Confirm
      title={`Delete ${index}`}
      action="Delete"
      phrase={index}
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void confirm()}
      onDismiss={onDismiss}
    >
      Queries of this index will fail. The items of {table} stay.
    </Confirm>
  );
}
