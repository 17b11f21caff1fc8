import { expect, test } from "vitest";
import { marks, matcher, pieces } from "./terms";

test("terms are all required, those with a minus must not be there", () => {
  const fits = matcher('ERROR "a phrase" -quiet');

  expect(fits("ERROR with a phrase")).toBe(true);
  expect(fits("ERROR with a quiet a phrase")).toBe(false);
  expect(fits("ERROR")).toBe(false);
  expect(matcher("")("anything")).toBe(true);
});

test("of optional terms one is enough", () => {
  const fits = matcher("?ERROR ?WARN");

  expect([fits("WARN"), fits("ERROR"), fits("INFO")]).toEqual([true, true, false]);
});

test("regular expressions work, and what is none is taken as it stands", () => {
  expect(matcher("%user-\\d+%")("for user-12")).toBe(true);
  expect(matcher("%(%")("a %(% b")).toBe(true);
  expect(matcher('a "b')('say a "b')).toBe(true);
});

test("what was looked for is marked", () => {
  expect(pieces("an ERROR and an ERROR", marks("ERROR -x"))).toEqual([
    "an ",
    "ERROR",
    " and an ",
    "ERROR",
    "",
  ]);
  expect(pieces('{"level": "WARN"}', marks('{ $.level = "WARN" }'))).toEqual(['{"level": "', "WARN", '"}']);
  expect(pieces("all", marks(""))).toEqual(["all"]);
});
