import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MappingStatus } from "../../aws/own";
import { duration } from "../../parts/format";
import { paths } from "../../paths";

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
      {troubled.map((one) => (
        <Alert
          key={one.uuid}
          type={one.missing === null ? "warning" : "error"}
          header={`${one.table} → ${one.function}`}
          action={<Button href={paths.trigger(one.uuid)}>See the trigger</Button>}
        >
          {reason(one)}
        </Alert>
      ))}
    </SpaceBetween>
  );
}

function reason(one: MappingStatus): string {
  if (one.missing !== null) {
    return `The role may not read the stream. ${one.pending} records wait.`;
  }
  const next = one.retry_in_seconds === null ? "" : `, the next try is in ${duration(one.retry_in_seconds)}`;
  return `${one.attempts} attempts failed${next}; ${one.pending} records wait. ${one.last_error ?? ""}`;
}
