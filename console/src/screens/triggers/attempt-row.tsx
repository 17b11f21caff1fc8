import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import type { Delivery } from "../../aws/own";
import { clockTime, count, milliseconds } from "../../parts/format";
import { outcomeType, outcomeWords } from "../../parts/outcome";
import { paths } from "../../paths";
import { AttemptLines } from "./attempt-lines";

/** One attempt; opened, it shows what the function logged. */
export function AttemptRow({ attempt }: { attempt: Delivery }) {
  const [open, setOpen] = useState(false);
  const { log_group: group, log_stream: stream, request_id: request, error } = attempt;
  const logged = group !== null && stream !== null && request !== null;
  return (
    <>
      <div className="attempts-row">
        <Button
          variant="inline-icon"
          iconName={open ? "treeview-collapse" : "treeview-expand"}
          ariaLabel={`Log lines of attempt ${attempt.attempt ?? 1}`}
          ariaExpanded={open}
          disabled={!logged}
          onClick={() => setOpen(!open)}
        />
        <span>#{attempt.attempt ?? "–"}</span>
        <span>{clockTime(attempt.started)}</span>
        <span className="attempts-outcome" title={error ?? undefined}>
          <StatusIndicator type={outcomeType(attempt.outcome)}>
            {`${outcomeWords(attempt.outcome)}${partly(attempt)}`}
          </StatusIndicator>
          {error ? `: ${error}` : null}
        </span>
        <span>{attempt.duration_ms === null ? "" : milliseconds(attempt.duration_ms)}</span>
        <span>{logged ? <Link href={paths.logStream(group, stream, request)}>In the log</Link> : null}</span>
      </div>
      {open && logged ? (
        <AttemptLines
          place={{ group, stream, request, from: attempt.started, to: attempt.finished ?? attempt.started }}
        />
      ) : null}
    </>
  );
}

const partly = ({ outcome, delivered, records }: Delivery) =>
  outcome === "partial" ? `, ${count(delivered ?? 0)} of ${count(records)} delivered` : "";
