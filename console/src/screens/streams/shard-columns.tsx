import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import type { StreamShard } from "../../aws/shards";
import { count, dateTime } from "../../parts/format";
import { shortShard } from "../../parts/shard-name";
import { percent, type ShardRow } from "./shard-rows";

const time = (seconds: number | null | undefined) =>
  seconds == null ? "–" : dateTime(new Date(seconds * 1000));

/** How many there are, and were: records stay for a day. */
const held = ({ records, changes }: StreamShard) =>
  changes === records ? count(records) : `${count(records)} of ${count(changes)}`;

/** Where a shard begins, and under it where it ends. */
const Two = ({ first, last }: { first: string; last: string }) => (
  <>
    <div>{first}</div>
    <div>{last}</div>
  </>
);

export const COLUMNS: TableProps.ColumnDefinition<ShardRow>[] = [
  {
    id: "id",
    header: "Shard",
    cell: ({ id }) => <code title={id}>{shortShard(id)}</code>,
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
    cell: ({ parent }) => (parent === undefined ? "–" : <code title={parent}>{shortShard(parent)}</code>),
  },
  { id: "share", header: "Keys", cell: ({ told }) => (told ? percent(told.share) : "–") },
  { id: "records", header: "Records", cell: ({ told }) => (told ? held(told) : "–") },
  {
    id: "opened",
    header: "Opened and closed",
    cell: ({ told }) => <Two first={time(told?.opened)} last={time(told?.closed)} />,
  },
  {
    id: "numbers",
    header: "Sequence numbers",
    cell: ({ first, last }) => <Two first={first} last={last ?? "–"} />,
  },
];
