import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import type { CSSProperties } from "react";
import { newestLines } from "../../../aws/logs";
import { clockTime } from "../../../parts/format";
import { clipped, shown } from "../../../parts/log-text";
import { Empty, FailureAlert } from "../../../parts/states";
import { paths } from "../../../paths";

const SHOWN_MAX = 30;
const REFRESH_MS = 3000;
const CLIPPED = 600;
const MESSAGE: CSSProperties = {
  fontFamily: "Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSize: 13,
  whiteSpace: "pre-wrap",
  overflowWrap: "anywhere",
  unicodeBidi: "isolate",
};

/** The function's last log lines, newest first. */
export function RecentLines({ group }: { group: string }) {
  const lines = useQuery({
    queryKey: ["recent-lines", group],
    queryFn: () => newestLines(group, SHOWN_MAX),
    refetchInterval: REFRESH_MS,
  });
  if (lines.isError) {
    return <FailureAlert error={lines.error} retry={() => void lines.refetch()} />;
  }
  return (
    <Table
      items={lines.data ?? []}
      loading={lines.isPending}
      loadingText="Loading log lines"
      contentDensity="compact"
      wrapLines
      ariaLabels={{ tableLabel: "Recent log lines" }}
      header={
        <Header
          description={`The newest first, at most ${SHOWN_MAX}.`}
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
      empty={<Empty title="No log lines">They appear here once the function has run.</Empty>}
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
          cell: ({ message }) => <span style={MESSAGE}>{clipped(shown(message), CLIPPED).text}</span>,
        },
      ]}
    />
  );
}
