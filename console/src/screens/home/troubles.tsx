import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MappingStatus } from "../../aws/own";
import { duration } from "../../parts/format";
import { paths } from "../../paths";

const SHOWN_MAX = 3;

/** The triggers that do not get on, and why: what a person has to do something about. */
export function Troubles({ mappings }: { mappings: readonly MappingStatus[] }) {
  const troubled = mappings.filter(
    (one) => one.state === "Enabled" && (one.missing !== null || one.attempts > 0),
  );
  if (troubled.length === 0) {
    return null;
  }
  return (
    <SpaceBetween size="xs">
      {troubled.slice(0, SHOWN_MAX).map((one) => (
        <Alert
          key={one.uuid}
          type={one.missing === null ? "warning" : "error"}
          header={`${one.table} → ${one.function}`}
          action={<Button href={paths.trigger(one.uuid)}>See the trigger</Button>}
        >
          {reason(one)}
        </Alert>
      ))}
      {troubled.length > SHOWN_MAX ? (
        <Link href={paths.triggers()}>{`${troubled.length - SHOWN_MAX} more triggers do not get on`}</Link>
      ) : null}
    </SpaceBetween>
  );
}

const waiting = ({ pending }: MappingStatus) =>
  `${pending.toLocaleString("en")} ${pending === 1 ? "record waits" : "records wait"}.`;

function reason(one: MappingStatus): string {
  if (one.missing !== null) {
    return `The role may not read the stream. ${waiting(one)}`;
  }
  const next = one.retry_in_seconds === null ? "" : `, the next try is in ${duration(one.retry_in_seconds)}`;
  return `${one.attempts} ${one.attempts === 1 ? "attempt" : "attempts"} failed${next}. ${waiting(one)} ${one.last_error ?? ""}`;
}
