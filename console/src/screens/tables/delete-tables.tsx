import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { functionOf } from "../../aws/arn";
import { deleteTable, type TableDescription } from "../../aws/tables";
import { Confirm } from "../../parts/confirm";
import { count } from "../../parts/format";
import { whileDeleting } from "../../parts/gone";
import { goneTable, tableQuery, useMappings } from "../../parts/queries";
import { Loading } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";

interface DeleteTablesProps {
  names: string[];
  /** With the tables that are gone. */
  onDone: (deleted: string[]) => void;
  onDismiss: () => void;
}

/** Asks, saying what goes with the tables and what stops; then deletes those that are not protected. */
export function DeleteTables({ names, onDone, onDismiss }: DeleteTablesProps) {
  const described = useQueries({ queries: names.map((name) => tableQuery(name, false)) });
  const mappings = useMappings();
  const client = useQueryClient();
  const submit = useSubmit(
    async (wanted: string[]) => {
      for (const name of wanted) {
        await whileDeleting(goneTable(name), () => deleteTable(name));
        // It may stay for a while, on its way out.
        client.setQueryData<TableDescription>(
          ["table", name],
          (known) => known && { ...known, TableStatus: "DELETING" },
        );
      }
      return wanted;
    },
    { done: (_, wanted) => `Deleted: ${wanted.join(", ")}.` },
  );
  const tables = described.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const kept = tables.filter(({ DeletionProtectionEnabled }) => DeletionProtectionEnabled);
  const going = tables.filter(({ DeletionProtectionEnabled }) => !DeletionProtectionEnabled);
  const stopping = (mappings.data ?? []).filter(({ EventSourceArn = "" }) =>
    going.some(({ TableArn }) => EventSourceArn.startsWith(`${TableArn}/stream/`)),
  );
  const known = tables.length === names.length && mappings.data !== undefined;
  const confirm = async () => {
    const done = await submit.run(going.map(({ TableName = "" }) => TableName));
    if (done) {
      onDone(done.output);
    }
  };
  if (known && going.length === 0) {
    return <AllProtected tables={kept} onDismiss={onDismiss} />;
  }
  const only = names.length === 1 ? names[0] : undefined;
  return (
    <Confirm
      title={only === undefined ? `Delete ${going.length} tables` : `Delete ${only}`}
      action="Delete"
      phrase={only ?? "delete"}
      busy={submit.busy || !known}
      failure={submit.failure}
      onConfirm={() => void confirm()}
      onDismiss={onDismiss}
    >
      {known ? (
        <Consequences
          going={going}
          kept={kept}
          stopping={stopping.map(({ FunctionArn }) => functionOf(FunctionArn))}
        />
      ) : (
        <Loading />
      )}
    </Confirm>
  );
}

interface ConsequencesProps {
  going: TableDescription[];
  kept: TableDescription[];
  stopping: string[];
}

function Consequences({ going, kept, stopping }: ConsequencesProps) {
  const items = going.reduce((sum, { ItemCount = 0 }) => sum + ItemCount, 0);
  return (
    <SpaceBetween size="s">
      <Box>
        {going.length === 1 ? "The table" : going.map(({ TableName }) => TableName).join(", ")} will be
        deleted with all indexes and {itemsOf(items)}. This cannot be undone.
      </Box>
      {stopping.length === 0 ? null : (
        <Alert type="warning" header="Triggers stop">
          {stopping.join(", ")} will be given what is in the stream already, and nothing after that. The
          functions stay.
        </Alert>
      )}
      {kept.length === 0 ? null : (
        <Alert type="info" header="Some tables stay">
          {kept.map(({ TableName }) => TableName).join(", ")}: deletion protection is on.
        </Alert>
      )}
    </SpaceBetween>
  );
}

function itemsOf(items: number): string {
  if (items === 0) {
    return "no items";
  }
  return items === 1 ? "one item" : `${count(items)} items`;
}

function AllProtected({ tables, onDismiss }: { tables: TableDescription[]; onDismiss: () => void }) {
  return (
    <Confirm title="Deletion protection is on" action="OK" onConfirm={onDismiss} onDismiss={onDismiss}>
      Turn deletion protection off first, in the table's additional settings:{" "}
      {tables.map(({ TableName = "" }, place) => (
        <span key={TableName}>
          {place === 0 ? "" : ", "}
          <Link href={paths.table(TableName, "settings")}>{TableName}</Link>
        </span>
      ))}
    </Confirm>
  );
}
