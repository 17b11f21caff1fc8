import { expect, test } from "vitest";
import { ago, bytes, duration } from "./format";

test("sizes are told in the largest unit that fits", () => {
  expect([bytes(0), bytes(1023), bytes(1536), bytes(5 * 1024 ** 3)]).toEqual([
    "0 bytes",
    "1,023 bytes",
    "1.5 KB",
    "5.0 GB",
  ]);
});

test("durations are told as people say them", () => {
  expect([duration(0.012), duration(2.5), duration(95), duration(7200)]).toEqual([
    "12 ms",
    "2.5 s",
    "1 min 35 s",
    "2.0 h",
  ]);
});

test("what happened a moment ago just happened", () => {
  expect([ago(100, 100.5), ago(100, 103)]).toEqual(["just now", "3 s ago"]);
});
