import { expect, test } from "vitest";
import type { Item } from "../../aws/attributes";
import type { Change } from "../../aws/streams";
import { keyText, summary } from "./summary";

const change = (event: Change["event"], before?: Item, after?: Item): Change => ({
  shard: "s",
  sequence: "1",
  id: "",
  event,
  version: "",
  source: "",
  region: "",
  time: 0,
  keys: { player: { S: "ada" }, year: { N: "2026" } },
  before,
  after,
  bytes: 1,
  view: "",
});

test("a new item is told by its attributes, without its key", () => {
  const item = { player: { S: "ada" }, year: { N: "2026" }, score: { N: "1" }, name: { S: "x".repeat(40) } };

  expect(summary(change("INSERT", undefined, item))).toBe(`name ${"x".repeat(23)}…, score 1`);
});

test("a changed item is told by what is not as it was", () => {
  const before = { player: { S: "ada" }, score: { N: "1" }, old: { BOOL: true } };
  const after = { player: { S: "ada" }, score: { N: "2" }, badge: { S: "gold" } };

  expect(summary(change("MODIFY", before, after))).toBe("+ badge gold, − old, score 1 → 2");
});

test("what the view type leaves out is not guessed", () => {
  expect(summary(change("MODIFY"))).toBe("");
  expect(keyText(change("MODIFY"))).toBe("ada / 2026");
});

test("of many differences a few are told", () => {
  const item = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [name, { N: "1" }]));

  expect(summary(change("REMOVE", item))).toBe("a 1, b 1, c 1, d 1, 2 more");
});

test("an empty text is told as that", () => {
  expect(summary(change("INSERT", undefined, { note: { S: "" } }))).toBe("note empty");
});
