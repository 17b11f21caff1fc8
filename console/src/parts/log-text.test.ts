import { expect, test } from "vitest";
import { clipped, shown } from "./log-text";

test("a terminal's colours and the line's end are not shown", () => {
  expect(shown("\u001b[1;31mred\u001b[0m and\u001b[K plain\r\n")).toBe("red and plain");
});

test("a long text is cut, and it is known how much is left out", () => {
  expect(clipped("abcdef", 4)).toEqual({ text: "abcd…", left: 2 });
  expect(clipped("abcd", 4)).toEqual({ text: "abcd", left: 0 });
});
