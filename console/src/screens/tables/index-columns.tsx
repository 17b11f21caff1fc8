import Box from "@cloudscape-design/components/box";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import type { TableProps } from "@cloudscape-design/components/table";
import type {
  GlobalSecondaryIndexDescription,
  LocalSecondaryIndexDescription,
  TableDescription,
} from "../../aws/tables";
import { Cut } from "../../parts/cut";
import { bytes, count } from "../../parts/format";
import { Status } from "./status";
import { keyNames, projectionName } from "./words";

export type IndexDescription = GlobalSecondaryIndexDescription | LocalSecondaryIndexDescription;

export const isReady = (index: GlobalSecondaryIndexDescription) =>
  index.IndexStatus === undefined || (index.IndexStatus === "ACTIVE" && !index.Backfilling);

/** The columns of a table of indexes; `table` knows the types of their keys. */
export function indexColumns(table: TableDescription): TableProps.ColumnDefinition<IndexDescription>[] {
  return [
    {
      id: "name",
      header: "Name",
      cell: ({ IndexName = "" }) => <Cut text={IndexName} width="18vw" />,
      isRowHeader: true,
    },
    { id: "status", header: "Status", cell: (index) => <IndexStatus index={index} table={table} /> },
    {
      id: "hash",
      header: "Partition key",
      cell: ({ KeySchema }) => <KeyCell names={keyNames(KeySchema, "HASH", table)} width="16vw" />,
    },
    {
      id: "range",
      header: "Sort key",
      cell: ({ KeySchema }) => <KeyCell names={keyNames(KeySchema, "RANGE", table)} width="12vw" />,
    },
    {
      id: "projection",
      header: "Projected attributes",
      cell: ({ Projection }) => <Cut text={projected(Projection)} width="16vw" />,
    },
    { id: "items", header: "Item count", cell: ({ ItemCount }) => count(ItemCount ?? 0) },
    { id: "size", header: "Size", cell: ({ IndexSizeBytes }) => bytes(IndexSizeBytes ?? 0) },
  ];
}

/** A line for each attribute. */
function KeyCell({ names, width }: { names: string[]; width: string }) {
  return names.length === 0 ? (
    <>-</>
  ) : (
    names.map((name) => (
      <div key={name}>
        <Cut text={name} width={width} />
      </div>
    ))
  );
}

function projected(projection: IndexDescription["Projection"]): string {
  const names = projection?.NonKeyAttributes ?? [];
  const type = projectionName(projection?.ProjectionType);
  return names.length === 0 ? type : `${type}: ${names.join(", ")}`;
}

function IndexStatus({ index, table }: { index: IndexDescription; table: TableDescription }) {
  const state = "IndexStatus" in index ? index.IndexStatus : "ACTIVE";
  if (!("Backfilling" in index) || !index.Backfilling) {
    return <Status state={state} />;
  }
  const [done, all] = [index.ItemCount ?? 0, table.ItemCount ?? 0];
  return (
    <Box>
      <ProgressBar
        ariaLabel={`Backfill of ${index.IndexName}`}
        value={all === 0 ? 100 : Math.min(100, (done / all) * 100)}
        additionalInfo={`Backfilling: ${count(done)} of ${count(all)} items`}
      />
    </Box>
  );
}
