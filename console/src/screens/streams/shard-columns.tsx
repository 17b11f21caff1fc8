import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { count, dateTime } from "../../parts/format";
import { percent, type ShardRow } from "./shard-rows";

/** The ids of a stream's shards begin alike: the whole id is in the title. */
const short = (id: string) => id.replace(/^shardId-0*/, "…");

const time = (seconds: number | null | undefined) =>
  seconds == null ? "–" : dateTime(new Date(seconds * 1000));

export const COLUMNS: TableProps.ColumnDefinition<ShardRow>[] = [
  {
    id: "id",
    header: "Shard",
    cell: ({ id }) => <code title={id}>{short(id)}</code>,
    isRowHeader: true,
  },
  {
    id: "state",
    header: "State",
    cell: ({ last }) =>
      last === undefined ? (
        <StatusIndicator>Open</StatusIndicator>
      ) : (
        <StatusIndicator type="stopped">Closed</StatusIndicator>
      ),
  },
  {
    id: "parent",
    header: "Parent",
    cell: ({ parent }) => (parent === undefined ? "–" : <code title={parent}>{short(parent)}</code>),
  },
  { id: "share", header: "Keys", cell: ({ told }) => (told ? percent(told.share) : "–") },
  { id: "records", header: "Records", cell: ({ told }) => (told ? count(told.records) : "–") },
  { id: "changes", header: "Ever had", cell: ({ told }) => (told ? count(told.changes) : "–") },
  { id: "opened", header: "Opened", cell: ({ told }) => time(told?.opened) },
  { id: "closed", header: "Closed", cell: ({ told }) => time(told?.closed) },
  { id: "first", header: "Starting sequence number", cell: ({ first }) => first },
  { id: "last", header: "Ending sequence number", cell: ({ last }) => last ?? "–" },
];
