import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { type LogGroup, newestStreams } from "../../aws/logs";
import { ago, dateTime } from "../../parts/format";
import { whileThere } from "../../parts/gone";
import { paths } from "../../paths";
import { functionOf, goneGroup, retentionText } from "./places";

export const groupColumns: TableProps.ColumnDefinition<LogGroup>[] = [
  {
    id: "name",
    header: "Log group",
    isRowHeader: true,
    sortingField: "logGroupName",
    cell: ({ logGroupName = "" }) => <Link href={paths.logGroup(logGroupName)}>{logGroupName}</Link>,
  },
  {
    id: "function",
    header: "Function",
    cell: ({ logGroupName = "" }) => {
      const name = functionOf(logGroupName);
      return name === undefined ? "–" : <Link href={paths.function(name)}>{name}</Link>;
    },
  },
  {
    id: "last",
    header: "Last event",
    cell: ({ logGroupName = "" }) => <LastEvent group={logGroupName} />,
  },
  {
    id: "retention",
    header: "Retention",
    sortingComparator: (one, other) =>
      (one.retentionInDays ?? Number.MAX_SAFE_INTEGER) - (other.retentionInDays ?? Number.MAX_SAFE_INTEGER),
    cell: ({ retentionInDays }) => retentionText(retentionInDays),
  },
  {
    id: "created",
    header: "Created",
    sortingField: "creationTime",
    cell: ({ creationTime = 0 }) => dateTime(new Date(creationTime)),
  },
];

/** Asked for the groups that are on the page only. */
function LastEvent({ group }: { group: string }) {
  const newest = useQuery({
    queryKey: ["newest-stream", group],
    ...whileThere(
      goneGroup(group),
      async () => (await newestStreams(group, 1))[0]?.lastEventTimestamp ?? null,
    ),
    refetchInterval: 5_000,
  });
  if (newest.isPending) {
    return <StatusIndicator type="loading">Loading</StatusIndicator>;
  }
  return <>{newest.data ? ago(newest.data / 1000) : "–"}</>;
}
