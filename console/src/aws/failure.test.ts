import { expect, test } from "vitest";
import { failure } from "./failure";

test("of a long value in AWS's message the beginning is shown, and the field is known all the same", () => {
  const told = failure(
    new Error(`Value '${"v".repeat(5000)}' at 'description' failed to satisfy constraint: x`),
  );

  expect(told.message).toBe(`Value '${"v".repeat(120)}…' at 'description' failed to satisfy constraint: x`);
  expect(told.field).toBe("description");
});

test("a message is told as it is when it is of a length that people read", () => {
  expect(failure(new Error("Value 'a b' at 'roleName' failed to satisfy")).message).toBe(
    "Value 'a b' at 'roleName' failed to satisfy",
  );
});
