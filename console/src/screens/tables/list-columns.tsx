import Badge from "@cloudscape-design/components/badge";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
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
  wide?: boolean;
  minWidth?: number;
}

const SHOWN: Column[] = [
  {
    id: "name",
    header: "Name",
    value: ({ name }) => name,
    cell: ({ name }) => <Link href={paths.table(name)}>{name}</Link>,
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
    wide: true,
  },
  { id: "features", header: "Stream and TTL", value: features, cell: (row) => <Features row={row} /> },
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
    wide: true,
  },
  {
    id: "capacity",
    header: "Capacity mode",
    value: ({ table }) => (table === undefined ? "" : capacityName(table)),
    wide: true,
  },
  {
    id: "protection",
    header: "Deletion protection",
    value: ({ table }) => (table === undefined ? "" : table.DeletionProtectionEnabled ? "On" : "Off"),
    wide: true,
  },
  {
    id: "created",
    header: "Created",
    value: ({ table }) => table?.CreationDateTime?.getTime() ?? 0,
    cell: ({ table }) => (table?.CreationDateTime === undefined ? "" : dateTime(table.CreationDateTime)),
    wide: true,
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
    ...(minWidth === undefined ? {} : { minWidth }),
  })),
  explore,
];

/** What may be hidden; on a narrow window some of it is until it is asked for. */
export const choices = [...SHOWN, { id: "actions", header: "Actions", wide: false }].map(
  ({ id, header, wide }) => ({ id, label: header, narrow: !wide, alwaysVisible: id === "name" }),
);

const key = ({ table }: Row, kind: "HASH" | "RANGE"): string =>
  table === undefined ? "" : (keyName(table.KeySchema, kind, table) ?? "-");

function features({ table, ttl }: Row): string {
  return `${table === undefined ? "" : viewName(streamView(table))} ${ttlAttribute(ttl) ?? ""}`;
}

function Features({ row: { table, ttl } }: { row: Row }) {
  const view = table === undefined ? undefined : streamView(table);
  const attribute = ttlAttribute(ttl);
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
      {table !== undefined && view === undefined && attribute === undefined ? "-" : null}
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
