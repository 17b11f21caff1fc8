/** A trigger's deliveries, the attempts of one batch together. Pure. */

import type { Delivery } from "../../aws/own";

export interface Batch {
  kind: "batch";
  id: string;
  /** The oldest first. */
  attempts: Delivery[];
  /** Set when the batch was given up. */
  discarded: Delivery | undefined;
  /** Whether a part of it went on as a batch of its own: then this one is not tried again. */
  followed: boolean;
}

/** Something besides attempts: filtered, stopped, resumed, or discarded without an attempt that is remembered. */
interface Note {
  kind: "note";
  id: string;
  delivery: Delivery;
}

export type Entry = Batch | Note;

const ATTEMPTS = new Set(["running", "succeeded", "failed", "partial", "interrupted"]);

/** From the newest to the oldest; `deliveries` are in that order, too. */
export function entriesOf(deliveries: readonly Delivery[]): Entry[] {
  const entries: Entry[] = [];
  const open = new Map<string, Batch>();
  for (const one of deliveries.toReversed()) {
    const lane = `${one.shard} ${one.lane ?? 0}`;
    const current = open.get(lane);
    if (ATTEMPTS.has(one.outcome)) {
      const known = current?.attempts[0];
      if (current !== undefined && known?.first === one.first && known.last === one.last) {
        current.attempts.push(one);
        bringUp(entries, current);
      } else {
        if (current !== undefined && known !== undefined && within(one, known)) {
          current.followed = true;
        }
        const begun: Batch = {
          kind: "batch",
          id: idOf(one),
          attempts: [one],
          discarded: undefined,
          followed: false,
        };
        entries.push(begun);
        open.set(lane, begun);
      }
    } else if (one.outcome === "discarded" && current?.attempts[0]?.first === one.first) {
      current.discarded = one;
      bringUp(entries, current);
      open.delete(lane);
    } else {
      entries.push({ kind: "note", id: idOf(one), delivery: one });
    }
  }
  return entries.reverse();
}

/** What happened last comes last. */
function bringUp(entries: Entry[], batch: Batch): void {
  if (entries.at(-1) !== batch) {
    entries.splice(entries.indexOf(batch), 1);
    entries.push(batch);
  }
}

/** Whether one begins among the records of another. Sequence numbers are too long for a double. */
const within = ({ first }: Delivery, other: Delivery) =>
  first !== null &&
  other.first !== null &&
  other.last !== null &&
  BigInt(first) >= BigInt(other.first) &&
  BigInt(first) <= BigInt(other.last);

const idOf = (one: Delivery) => `${one.shard} ${one.started} ${one.request_id ?? one.outcome} ${one.first}`;

/** When the batch is tried again, in epoch seconds; nothing while it runs or when it is done with. */
export function nextTry({ attempts, discarded, followed }: Batch): number | null {
  const last = attempts.at(-1);
  return discarded === undefined && !followed && last?.finished != null ? last.retry_at : null;
}

/** A stretch of a batch's time, as parts of the whole in percent. */
interface Stretch {
  kind: "attempt" | "wait";
  outcome: string;
  left: number;
  width: number;
}

/** The batch's time line: attempts and the waits between them, to the present or its next try. */
export function stretches(batch: Batch, now: number): Stretch[] {
  const { attempts } = batch;
  const from = attempts[0]?.started ?? now;
  const next = nextTry(batch);
  const to = Math.max(next ?? 0, ...attempts.map((one) => one.finished ?? now), from + 0.001);
  const part = (seconds: number) => (100 * seconds) / (to - from);
  return attempts.flatMap((one, at) => {
    const end = one.finished ?? now;
    const until = attempts[at + 1]?.started ?? (next === null ? end : to);
    const ran = { kind: "attempt" as const, outcome: one.outcome, left: part(one.started - from) };
    const waited = { kind: "wait" as const, outcome: one.outcome, left: part(end - from) };
    return [
      { ...waited, width: Math.max(0, part(until - end)) },
      { ...ran, width: Math.max(0, part(end - one.started)) },
    ];
  });
}

/** How long was waited after each attempt, or is to be waited after the last; in seconds. */
export function waits(batch: Batch): (number | null)[] {
  return batch.attempts.map((one, at) => {
    const following = batch.attempts[at + 1];
    if (following === undefined) {
      return nextTry(batch) === null ? null : one.retry_in;
    }
    return one.finished === null ? null : Math.max(0, following.started - one.finished);
  });
}
