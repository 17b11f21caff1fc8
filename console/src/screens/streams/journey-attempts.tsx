import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { Delivery } from "../../aws/own";
import { clockTime, count, milliseconds } from "../../parts/format";
import { outcomeType, outcomeWords } from "../../parts/outcome";
import { paths } from "../../paths";

const COLUMNS: TableProps.ColumnDefinition<Delivery>[] = [
  { id: "attempt", header: "Attempt", cell: ({ attempt }) => attempt ?? "–", width: 90 },
  { id: "time", header: "Started", cell: ({ started }) => clockTime(started), width: 125 },
  {
    id: "outcome",
    header: "Outcome",
    cell: (one) => (
      <StatusIndicator type={outcomeType(one.outcome)} wrapText>
        {[outcomeWords(one.outcome), one.error ?? one.reason].filter(Boolean).join(": ")}
      </StatusIndicator>
    ),
  },
  { id: "records", header: "Records", cell: ({ records }) => count(records), width: 85 },
  {
    id: "duration",
    header: "Duration",
    cell: ({ duration_ms }) => (duration_ms === null ? "–" : milliseconds(duration_ms)),
    width: 100,
  },
  { id: "logs", header: "Log", cell: (one) => <LogLink of={one} />, width: 90 },
];

/** The attempts that a change was part of. */
export function JourneyAttempts({ attempts }: { attempts: Delivery[] }) {
  if (attempts.length === 0) {
    return null;
  }
  return (
    <Table
      variant="embedded"
      contentDensity="compact"
      columnDefinitions={COLUMNS}
      items={attempts}
      ariaLabels={{ tableLabel: "Attempts" }}
    />
  );
}

/** To the log lines of an attempt, once their place is known. */
function LogLink({ of: { log_group, log_stream, request_id } }: { of: Delivery }) {
  if (log_group === null || log_stream === null) {
    return <>–</>;
  }
  return <Link href={paths.logStream(log_group, log_stream, request_id ?? undefined)}>Log lines</Link>;
}
