import { expect, test } from "vitest";
import { byInvocation, entry } from "./invocations";

const lines = (...messages: string[]) => messages.map((message, n) => entry({ time: n, message }, n));
const shape = (...messages: string[]) =>
  byInvocation(lines(...messages)).map((group) => [group.request, group.entries.length, group.ended]);

test("lines belong to the invocation between START and REPORT", () => {
  expect(
    shape(
      "INIT_START x",
      "START RequestId: a Version: 1",
      "hello",
      "END RequestId: a",
      "REPORT RequestId: a\tDuration: 1.00 ms\t",
      "START RequestId: b Version: 1",
      "there",
    ),
  ).toEqual([
    [undefined, 1, false],
    ["a", 4, true],
    ["b", 2, false],
  ]);
});

test("a page that begins in the middle finds out whose lines its last ones were", () => {
  expect(shape("tail", "END RequestId: a", "REPORT RequestId: a\tDuration: 1.00 ms\t")).toEqual([
    [undefined, 1, false],
    ["a", 2, true],
  ]);
});

test("what comes between two invocations belongs to neither", () => {
  expect(shape("START RequestId: a", "REPORT RequestId: a", "late", "later", "START RequestId: b")).toEqual([
    ["a", 2, true],
    [undefined, 2, false],
    ["b", 1, false],
  ]);
});

test("an invocation that logged an error has failed", () => {
  const [one] = byInvocation(lines("START RequestId: a", "[ERROR] KeyError: 'x'", "REPORT RequestId: a"));

  expect(one?.failed).toBe(true);
});
