import Badge from "@cloudscape-design/components/badge";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { Cut } from "../../parts/cut";
import { bytes, count, dateTime } from "../../parts/format";
import { paths } from "../../paths";
import { type Row, ttlAttribute } from "./row";
import { Status } from "./status";
import { capacityName, indexCount, keyName, sentence, streamView, viewName } from "./words";

type Value = string | number;

interface Column {
  id: string;
  header: string;
  /** What is sorted by and, if nothing else is given, shown. */
  value: (row: Row) => Value;
  cell?: (row: Row) => ReactNode;
  /** Shown from this width of the window on, until something else is chosen; always without. */
  from?: number;
  minWidth?: number;
}

const MIDDLE = 1500;
const NEVER = Number.POSITIVE_INFINITY;

const SHOWN: Column[] = [
  {
    id: "name",
    header: "Name",
    value: ({ name }) => name,
    cell: ({ name }) => (
      <Cut text={name} width="max(210px, 100vw - 1400px)">
        <Link href={paths.table(name)}>{name}</Link>
      </Cut>
    ),
    minWidth: 150,
  },
  {
    id: "status",
    header: "Status",
    value: ({ table }) => sentence(table?.TableStatus),
    cell: ({ table }) => <Status state={table?.TableStatus} />,
  },
  { id: "partitionKey", header: "Partition key", value: (row) => key(row, "HASH") },
  { id: "sortKey", header: "Sort key", value: (row) => key(row, "RANGE") },
  {
    id: "indexes",
    header: "Indexes",
    value: ({ table }) => (table === undefined ? -1 : indexCount(table)),
    cell: ({ table }) => (table === undefined ? "" : count(indexCount(table))),
    from: MIDDLE,
  },
  { id: "features", header: "Features", value: features, cell: (row) => <Features row={row} /> },
  {
    id: "items",
    header: "Items",
    value: ({ table }) => table?.ItemCount ?? -1,
    cell: ({ table }) => (table?.ItemCount === undefined ? "" : count(table.ItemCount)),
  },
  {
    id: "size",
    header: "Size",
    value: ({ table }) => table?.TableSizeBytes ?? -1,
    cell: ({ table }) => (table?.TableSizeBytes === undefined ? "" : bytes(table.TableSizeBytes)),
    from: MIDDLE,
  },
  {
    id: "capacity",
    header: "Capacity mode",
    value: ({ table }) => (table === undefined ? "" : capacityName(table)),
    from: NEVER,
  },
  {
    id: "protection",
    header: "Deletion protection",
    value: ({ table }) => (table === undefined ? "" : table.DeletionProtectionEnabled ? "On" : "Off"),
    from: NEVER,
  },
  {
    id: "created",
    header: "Created",
    value: ({ table }) => table?.CreationDateTime?.getTime() ?? 0,
    cell: ({ table }) => (table?.CreationDateTime === undefined ? "" : dateTime(table.CreationDateTime)),
    from: NEVER,
  },
];

const explore: TableProps.ColumnDefinition<Row> = {
  id: "actions",
  header: "Actions",
  cell: ({ name }) => (
    <Link href={paths.items(name)} ariaLabel={`Explore items of ${name}`}>
      Explore items
    </Link>
  ),
};

export const columns: TableProps.ColumnDefinition<Row>[] = [
  ...SHOWN.map(({ id, header, value, cell, minWidth }) => ({
    id,
    header,
    cell: cell ?? value,
    isRowHeader: id === "name",
    sortingComparator: (one: Row, other: Row) => compare(value(one), value(other)),
    minWidth,
  })),
  explore,
];

/** What may be hidden, and from which width of the window on it is shown until something else is chosen. */
export const choices = [...SHOWN, { id: "actions", header: "Actions", from: 0 }].map(
  ({ id, header, from = 0 }) => ({ id, label: header, from, alwaysVisible: id === "name" }),
);

const key = ({ table }: Row, kind: "HASH" | "RANGE"): string =>
  table === undefined ? "" : (keyName(table.KeySchema, kind, table, (type = "?") => type) ?? "-");

function features({ table, ttl }: Row): string {
  const view = table === undefined ? "" : viewName(streamView(table));
  return `${view} ${ttlAttribute(ttl) ?? ""} ${table?.DeletionProtectionEnabled ? "protected" : ""}`;
}

function Features({ row: { table, ttl } }: { row: Row }) {
  const view = table === undefined ? undefined : streamView(table);
  const attribute = ttlAttribute(ttl);
  const guarded = table?.DeletionProtectionEnabled ?? false;
  if (table === undefined) {
    return null;
  }
  return (
    <SpaceBetween direction="horizontal" size="xxs">
      {view === undefined ? null : (
        <Badge color="blue">
          <Unbroken>{viewName(view)}</Unbroken>
        </Badge>
      )}
      {attribute === undefined ? null : (
        <Badge color="grey">
          <Unbroken>TTL: {attribute}</Unbroken>
        </Badge>
      )}
      {guarded ? <Badge color="grey">Protected</Badge> : null}
      {view === undefined && attribute === undefined && !guarded ? "-" : null}
    </SpaceBetween>
  );
}

const Unbroken = ({ children }: { children: ReactNode }) => (
  <span style={{ whiteSpace: "nowrap" }}>{children}</span>
);

const compare = (one: Value, other: Value): number =>
  typeof one === "number" && typeof other === "number"
    ? one - other
    : String(one).localeCompare(String(other), "en", { numeric: true });
