/** The last lines of a live tail, and what was missed between them. Pure. */

import type { LiveEvent } from "../../aws/own";
import { type LineKind, readLine } from "../../parts/log-line";

export const TAIL_LINES = 2_000;

export type TailRow =
  | {
      key: number;
      /** Epoch milliseconds. */
      time: number;
      group: string;
      stream: string;
      message: string;
      kind: LineKind;
      request: string | undefined;
    }
  | { key: number; missed: number };

/** Rows with the log lines and gaps of `events` behind them, the last 2,000. */
export function tailed(rows: readonly TailRow[], events: readonly LiveEvent[]): readonly TailRow[] {
  let key = (rows.at(-1)?.key ?? 0) + 1;
  const next: TailRow[] = [];
  for (const event of events) {
    if (event.kind === "log") {
      const { group, stream, message } = event;
      const { kind, request } = readLine(message);
      next.push({ key, time: event.time * 1000, group, stream, message, kind, request });
      key += 1;
    } else if (event.kind === "missed") {
      next.push({ key, missed: event.events });
      key += 1;
    }
  }
  return next.length === 0 ? rows : [...rows, ...next].slice(-TAIL_LINES);
}

/** The rows of some groups (all, if none is named) whose message fits. Gaps are always shown. */
export function wanted(
  rows: readonly TailRow[],
  groups: readonly string[],
  fits: (message: string) => boolean,
): TailRow[] {
  return rows.filter(
    (row) => "missed" in row || ((groups.length === 0 || groups.includes(row.group)) && fits(row.message)),
  );
}
