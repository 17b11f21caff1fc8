import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import type { Delivery } from "../../aws/own";
import { duration } from "../../parts/format";
import { outcomeType, outcomeWords } from "../../parts/outcome";
import { AttemptRow } from "./attempt-row";
import { type Batch, nextTry, stretches, waits } from "./batches";
import { attempts as attemptsText, records } from "./counts";
import { useNow } from "./use-now";

const SHOWN_MAX = 6;

interface BatchLineProps {
  batch: Batch;
  /** The server's time in epoch seconds. */
  now: number;
  /** Whether the trigger is enabled: otherwise there is no next try. */
  on: boolean;
}

/** One batch: its attempts to scale on a line of time, and one by one with the waits between them. */
export function BatchLine({ batch, now, on }: BatchLineProps) {
  const [whole, setWhole] = useState(false);
  const { attempts, discarded } = batch;
  const last = attempts.at(-1);
  const waited = waits(batch);
  const longest = Math.max(0.001, ...waited.map((seconds) => seconds ?? 0));
  const hidden = whole ? 0 : Math.max(0, attempts.length - SHOWN_MAX);
  if (last === undefined) {
    return null;
  }
  const outcome = discarded?.outcome ?? last.outcome;
  return (
    <>
      <SpaceBetween direction="horizontal" size="s" alignItems="center">
        <b>Batch of {records(last.records)}</b>
        <StatusIndicator type={outcomeType(outcome)}>
          {[outcomeWords(outcome), discarded?.reason].filter(Boolean).join(": ")}
        </StatusIndicator>
        <Box color="text-body-secondary">
          {attemptsText(attempts.length)} · from {last.first}
        </Box>
      </SpaceBetween>
      <Told discarded={discarded} />
      {attempts.length < 2 && nextTry(batch) === null ? null : <Track batch={batch} now={now} />}
      {hidden === 0 ? null : (
        <Button variant="inline-link" onClick={() => setWhole(true)}>
          Show {attemptsText(hidden).replace(" ", " earlier ")}
        </Button>
      )}
      {attempts.slice(hidden).map((attempt, at) => {
        const wait = waited[at + hidden] ?? null;
        const next = attempt === last && on ? nextTry(batch) : null;
        return (
          <div key={`${attempt.started} ${attempt.request_id}`}>
            <AttemptRow attempt={attempt} />
            {wait === null || (attempt === last && next === null) ? null : (
              <Gap seconds={wait} part={wait / longest} next={next} now={now} />
            )}
          </div>
        );
      })}
    </>
  );
}

/** What the failure destination was told of a batch that was given up, or why it was not. */
function Told({ discarded }: { discarded: Delivery | undefined }) {
  if (discarded?.destination == null) {
    return null;
  }
  return discarded.destination_error == null ? (
    <Box color="text-body-secondary">Sent to {discarded.destination}</Box>
  ) : (
    <StatusIndicator type="error">
      Not sent to {discarded.destination}: {discarded.destination_error}
    </StatusIndicator>
  );
}

function Track({ batch, now }: { batch: Batch; now: number }) {
  return (
    <div className="attempts-track" aria-hidden="true">
      {stretches(batch, now).map(({ kind, outcome, left, width }) => (
        <span
          key={`${kind} ${left}`}
          className={kind === "wait" ? "wait" : `attempts-mark-${outcome}`}
          style={{ insetInlineStart: `min(${left}%, calc(100% - 4px))`, width: `${width}%` }}
        />
      ))}
    </div>
  );
}

interface GapProps {
  seconds: number;
  /** Of the longest wait, 0 to 1. */
  part: number;
  /** When the next try is, while it is being waited for. */
  next: number | null;
  now: number;
}

/** The wait after an attempt, as long as it was beside the other waits of its batch. */
function Gap({ seconds, part, next, now }: GapProps) {
  return (
    <div className="attempts-gap">
      <i className={next === null ? "" : "next"} style={{ width: `${part * 55}%` }} />
      {next === null ? `waited ${duration(seconds)}` : <Until time={next} now={now} />}
    </div>
  );
}

function Until({ time, now }: { time: number; now: number }) {
  const [told, setTold] = useState({ now, at: Date.now() });
  if (told.now !== now) {
    setTold({ now, at: Date.now() });
  }
  const left = Math.max(0, time - useNow(told.now, told.at, true));
  return <span>{left === 0 ? "next try now" : `next try in ${duration(Math.round(left * 10) / 10)}`}</span>;
}
