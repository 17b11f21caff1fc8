import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Change, From } from "../../aws/streams";
import { Feed, KEPT_MAX } from "./feed";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SHARD = { id: "shard", parent: undefined, first: "0", last: undefined };

function record(number: number): Change {
  return {
    shard: "shard",
    sequence: String(number),
    id: "",
    event: "INSERT",
    version: "1.1",
    source: "aws:dynamodb",
    region: "us-east-1",
    time: 0,
    keys: {},
    bytes: 1,
    view: "KEYS_ONLY",
  };
}

/** A shard with the records `from` to `to`, which may grow. */
function source(from: number, to: number) {
  const shard = { from, to, reads: 0 };
  const read = async (_: string, place: From, limit: number) => {
    shard.reads += 1;
    const start =
      place === "oldest" ? shard.from : "at" in place ? Number(place.at) : Number(place.after) + 1;
    if (start < shard.from) {
      throw new Error("TrimmedDataAccessException");
    }
    const count = Math.max(0, Math.min(limit, shard.to - start + 1));
    return Array.from({ length: count }, (_value, at) => record(start + at));
  };
  return { shard, read };
}

async function opened(from: number, to: number) {
  const { shard, read } = source(from, to);
  const feed = new Feed(read);
  feed.follow([SHARD]);
  await vi.advanceTimersByTimeAsync(1000);
  return { shard, feed };
}

const shown = (feed: Feed) => feed.view.changes.map((change) => Number(change.sequence));

test("the newest changes are shown first, of a long stream only those", async () => {
  const { feed } = await opened(1, 50_000);

  expect(shown(feed)[0]).toBe(50_000);
  expect(shown(feed).length).toBeLessThan(300);
  expect(feed.view).toMatchObject({ ready: true, older: true, error: undefined });
});

test("what is new is added, once", async () => {
  const { shard, feed } = await opened(1, 3);
  shard.to = 5;
  feed.wake(2);
  feed.wake(1);
  await vi.advanceTimersByTimeAsync(1000);

  expect(shown(feed)).toEqual([5, 4, 3, 2, 1]);
  expect(feed.view.older).toBe(false);
});

test("while it is paused nothing moves, and what waits is counted", async () => {
  const { shard, feed } = await opened(1, 3);
  feed.pause();
  shard.to = 5;
  feed.wake(2);
  await vi.advanceTimersByTimeAsync(1000);

  expect([shown(feed).length, feed.view.waiting]).toEqual([3, 2]);

  feed.resume();
  await vi.advanceTimersByTimeAsync(1000);

  expect([shown(feed).length, feed.view.waiting]).toEqual([5, 0]);
});

test("new changes drive out old ones, which can be read again", async () => {
  const { shard, feed } = await opened(1, 100);
  shard.to = 100 + KEPT_MAX;
  feed.wake();
  await vi.advanceTimersByTimeAsync(1000);

  expect(shown(feed).length).toBe(KEPT_MAX);
  expect(feed.view.older).toBe(true);

  await feed.readOlder();

  expect(shown(feed).at(-1)).toBe(1);
  expect(feed.view.older).toBe(false);
});

test("far behind, the newest are looked for instead of all between", async () => {
  const { shard, feed } = await opened(1, 10);
  shard.to = 1_000_000;
  feed.wake();
  await vi.advanceTimersByTimeAsync(1000);

  expect(shown(feed)[0]).toBe(1_000_000);
  expect(shard.reads).toBeLessThan(100);
});

test("a place that was trimmed is told, and left at the next change", async () => {
  const { shard, feed } = await opened(1, 10);
  Object.assign(shard, { from: 500, to: 600 });
  feed.wake();
  await vi.advanceTimersByTimeAsync(1000);

  expect(feed.view.error).toBeDefined();

  feed.wake();
  await vi.advanceTimersByTimeAsync(1000);

  expect(feed.view.error).toBeUndefined();
  expect(shown(feed)[0]).toBe(600);
});
