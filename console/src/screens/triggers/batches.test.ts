import { expect, test } from "vitest";
import type { Delivery } from "../../aws/own";
import { type Batch, entriesOf, nextTry, stretches, waits } from "./batches";

const attempt = (number: number, started: number, given: Partial<Delivery> = {}): Delivery => ({
  mapping: "m",
  table: "Plays",
  function: "badges",
  shard: "s",
  attempt: number,
  started,
  finished: started + 1,
  duration_ms: 1000,
  records: 2,
  first: "1",
  last: "2",
  outcome: "failed",
  error: "KeyError",
  retry_in: 1,
  retry_at: started + 2,
  request_id: `r${started}`,
  log_group: null,
  log_stream: null,
  reason: null,
  ...given,
});

const done = { outcome: "succeeded", retry_in: null, retry_at: null, error: null };

test("the attempts of a batch are together, oldest first, and batches newest first", () => {
  const [second, first, ...none] = entriesOf([
    attempt(1, 10, { first: "3", last: "3", ...done }),
    attempt(3, 7, done),
    attempt(2, 3),
    attempt(1, 0),
  ]);

  expect((first as Batch).attempts.map((one) => one.attempt)).toEqual([1, 2, 3]);
  expect((second as Batch).attempts.map((one) => one.first)).toEqual(["3"]);
  expect(none).toEqual([]);
});

test("a batch that was given up ends with that", () => {
  const [entry] = entriesOf([
    attempt(0, 5, { attempt: null, outcome: "discarded", reason: "RetryAttemptsExhausted" }),
    attempt(1, 0),
  ]);

  expect((entry as Batch).discarded?.reason).toBe("RetryAttemptsExhausted");
  expect(nextTry(entry as Batch)).toBeNull();
});

test("what is no attempt stands alone, and between attempts of a batch it does not part them", () => {
  const entries = entriesOf([
    attempt(2, 9, done),
    attempt(0, 5, { attempt: null, outcome: "filtered", first: null, last: null }),
    attempt(1, 0),
  ]);

  expect(entries.map(({ kind }) => kind)).toEqual(["batch", "note"]);
});

test("the waits between attempts are told, and the one that is on", () => {
  const [batch] = entriesOf([attempt(3, 9, { retry_in: 4, retry_at: 14 }), attempt(2, 4), attempt(1, 0)]);

  expect(waits(batch as Batch)).toEqual([3, 4, 4]);
  expect(nextTry(batch as Batch)).toBe(14);
});

test("the time line is in proportion", () => {
  const [batch] = entriesOf([attempt(2, 9, { ...done, finished: 10 }), attempt(1, 0)]);

  expect(stretches(batch as Batch, 99)).toEqual([
    { kind: "wait", outcome: "failed", left: 10, width: 80 },
    { kind: "attempt", outcome: "failed", left: 0, width: 10 },
    { kind: "wait", outcome: "succeeded", left: 100, width: 0 },
    { kind: "attempt", outcome: "succeeded", left: 90, width: 10 },
  ]);
});

test("a batch whose rest went on as a batch of its own is not tried again itself", () => {
  const [rest, whole] = entriesOf([
    attempt(1, 10, { first: "2", last: "2", records: 1 }),
    attempt(1, 0, { outcome: "partial" }),
  ]);

  expect(nextTry(whole as Batch)).toBe(null);
  expect(nextTry(rest as Batch)).toBe(12);
});
