import { expect, test } from "vitest";
import { about, aboutElse } from "./blame";

const said = (message: string, field?: string) => ({
  code: "InvalidParameterValueException",
  message,
  ...(field === undefined ? {} : { field }),
});

test("a message that names no field is put beside the one it is about", () => {
  expect(about(said("The role defined for the function cannot be assumed by Lambda."), "role")).toBeDefined();
  expect(about(said("Function already exist: f"), "functionName")).toBeDefined();
});

test("a message about a field is told there only", () => {
  const failure = said("Value '0' at 'timeout' failed to satisfy constraint", "timeout");
  expect(about(failure, "timeout")).toBe(failure.message);
  expect(aboutElse(failure, "timeout")).toBeUndefined();
  expect(aboutElse(failure, "memorySize")).toContain(failure.message);
});

test("the field that AWS names goes before what its words may be about", () => {
  const failure = said("Value 'a handler' at 'timeout' failed to satisfy constraint", "timeout");
  expect(about(failure, "timeout")).toBeDefined();
  expect(about(failure, "handler")).toBeUndefined();
});
