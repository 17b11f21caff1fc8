import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { type BackupSummary, deleteBackup } from "../../aws/backups";
import type { TableDescription } from "../../aws/tables";
import { Confirm } from "../../parts/confirm";
import { Cut } from "../../parts/cut";
import { bytes, dateTime } from "../../parts/format";
import { Empty, FailureAlert } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { CreateBackup } from "./create-backup";
import { useBackups } from "./queries";
import { Recovery } from "./recovery";
import { RestoreBackup } from "./restore";
import { Status } from "./status";
import { sentence } from "./words";

export function Backups({ table }: { table: TableDescription }) {
  const name = table.TableName ?? "";
  return (
    <SpaceBetween size="l">
      <Recovery name={name} />
      <BackupList name={name} />
    </SpaceBetween>
  );
}

const COLUMNS: TableProps.ColumnDefinition<BackupSummary>[] = [
  {
    id: "name",
    header: "Name",
    cell: ({ BackupName = "" }) => <Cut text={BackupName} width="30vw" />,
    isRowHeader: true,
  },
  { id: "status", header: "Status", cell: ({ BackupStatus }) => <Status state={BackupStatus} /> },
  {
    id: "created",
    header: "Created",
    cell: ({ BackupCreationDateTime: time }) => (time === undefined ? "-" : dateTime(time)),
  },
  { id: "type", header: "Type", cell: ({ BackupType }) => sentence(BackupType) },
  { id: "size", header: "Size", cell: ({ BackupSizeBytes }) => bytes(BackupSizeBytes ?? 0) },
];

function BackupList({ name }: { name: string }) {
  const backups = useBackups(name);
  const [selected, setSelected] = useState<string>();
  const [open, setOpen] = useState<"create" | "restore" | "delete">();
  const items = backups.data ?? [];
  const chosen = items.find(({ BackupArn }) => BackupArn === selected);
  const close = () => setOpen(undefined);
  if (backups.isError && backups.data === undefined) {
    return <FailureAlert error={backups.error} retry={() => void backups.refetch()} />;
  }
  return (
    <>
      <Table
        items={items}
        columnDefinitions={COLUMNS}
        trackBy="BackupArn"
        loading={backups.isPending}
        loadingText="Loading backups"
        selectionType="single"
        selectedItems={chosen === undefined ? [] : [chosen]}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.BackupArn)}
        ariaLabels={{
          tableLabel: "Backups",
          selectionGroupLabel: "Backup selection",
          itemSelectionLabel: (_, { BackupName }) => `Select ${BackupName}`,
        }}
        empty={<Empty title="No backups">Create one to keep the table as it is now.</Empty>}
        header={
          <Header
            variant="h2"
            counter={`(${items.length})`}
            description="Each is the table at one moment, kept until it is deleted, also when the table is."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={chosen === undefined} onClick={() => setOpen("delete")}>
                  Delete
                </Button>
                <Button disabled={chosen?.BackupStatus !== "AVAILABLE"} onClick={() => setOpen("restore")}>
                  Restore
                </Button>
                <Button variant="primary" onClick={() => setOpen("create")}>
                  Create backup
                </Button>
              </SpaceBetween>
            }
          >
            Backups
          </Header>
        }
      />
      {open === "create" ? <CreateBackup table={name} onDone={close} /> : null}
      {open === "restore" && chosen !== undefined ? (
        <RestoreBackup backup={chosen} onDismiss={close} />
      ) : null}
      {open === "delete" && chosen !== undefined ? <DeleteBackup backup={chosen} onDone={close} /> : null}
    </>
  );
}

function DeleteBackup({ backup, onDone }: { backup: BackupSummary; onDone: () => void }) {
  const { BackupName = "", BackupArn = "" } = backup;
  const submit = useSubmit(() => deleteBackup(BackupArn), {
    done: () => `The backup ${BackupName} was deleted.`,
  });
  const confirm = async () => {
    if (await submit.run()) {
      onDone();
    }
  };
  return (
    <Confirm
      title={`Delete ${BackupName}`}
      action="Delete"
      phrase={BackupName}
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void confirm()}
      onDismiss={onDone}
    >
      What it holds cannot be restored any more. Tables that were restored from it stay.
    </Confirm>
  );
}
