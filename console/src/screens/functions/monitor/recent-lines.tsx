import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { recentLines } from "../../../aws/logs";
import { clockTime } from "../../../parts/format";
import { Empty, FailureAlert } from "../../../parts/states";
import { paths } from "../../../paths";

const SINCE_MS = 3_600_000;
const SHOWN_MAX = 30;
const REFRESH_MS = 3000;

/** The function's last log lines, newest first. */
export function RecentLines({ group }: { group: string }) {
  const lines = useQuery({
    queryKey: ["recent-lines", group],
    queryFn: () => recentLines(group, Date.now() - SINCE_MS, SHOWN_MAX),
    refetchInterval: REFRESH_MS,
  });
  if (lines.isError) {
    return <FailureAlert error={lines.error} retry={() => void lines.refetch()} />;
  }
  return (
    <Table
      items={lines.data ?? []}
      trackBy="id"
      loading={lines.isPending}
      loadingText="Loading log lines"
      contentDensity="compact"
      wrapLines
      ariaLabels={{ tableLabel: "Recent log lines" }}
      header={
        <Header
          description={`The newest first, at most ${SHOWN_MAX}, of the last hour.`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button href={paths.liveTail(group)}>Live tail</Button>
              <Button href={paths.logGroup(group)}>View logs</Button>
            </SpaceBetween>
          }
        >
          Recent log lines
        </Header>
      }
      empty={<Empty title="No log lines">The function did not run in the last hour.</Empty>}
      columnDefinitions={[
        {
          id: "time",
          header: "Time",
          cell: ({ time, stream }) => (
            <Link href={paths.logStream(group, stream)}>{clockTime(time / 1000)}</Link>
          ),
          width: 150,
        },
        {
          id: "message",
          header: "Message",
          isRowHeader: true,
          cell: ({ message }) => (
            <span style={{ fontFamily: "Menlo, Consolas, 'DejaVu Sans Mono', monospace", fontSize: 13 }}>
              {message.trimEnd()}
            </span>
          ),
        },
      ]}
    />
  );
}
