import { expect, test } from "vitest";
import type { LiveEvent } from "../../aws/own";
import { TAIL_LINES, tailed, wanted } from "./tail-buffer";

const log = (message: string, group = "/g"): LiveEvent => ({
  kind: "log",
  time: 1.5,
  function: group,
  group,
  stream: "s",
  message,
});

test("the last 2,000 lines are kept, each with a key of its own", () => {
  const many = Array.from({ length: TAIL_LINES + 500 }, (_, n) => log(String(n)));
  const rows = tailed(tailed([], many), [log("last")]);

  expect(rows.length).toBe(TAIL_LINES);
  expect(rows.at(-1)).toMatchObject({ message: "last", time: 1500 });
  expect(new Set(rows.map(({ key }) => key)).size).toBe(TAIL_LINES);
});

test("what was missed is told where it was missed", () => {
  const rows = tailed([], [log("a"), { kind: "missed", events: 7 }, log("b", "/other")]);

  expect(wanted(rows, ["/g"], () => true)).toMatchObject([{ message: "a" }, { missed: 7 }]);
});

test("other events change nothing", () => {
  const rows = tailed([], [log("a")]);

  expect(tailed(rows, [{ kind: "ready" }])).toBe(rows);
});
