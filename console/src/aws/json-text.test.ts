import { expect, test } from "vitest";
import { jsonTrouble, laidOut } from "./json-text";

test("only JSON is laid out anew", () => {
  expect(laidOut('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(laidOut("not json")).toBe("not json");
});

test("what is no JSON is told before it is sent", () => {
  expect(jsonTrouble("{")).toContain("This is not JSON");
  expect(jsonTrouble('{"Statement": []}')).toBeUndefined();
});
