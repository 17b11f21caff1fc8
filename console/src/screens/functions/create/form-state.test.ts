import { expect, test } from "vitest";
import { matching } from "./blueprints";
import { stepsOf } from "./creation";
import {
  began,
  codeOf,
  newRoleOf,
  planOf,
  runtimesOf,
  suited,
  troublesOf,
  wantsTrigger,
  withCode,
} from "./form-state";

const table = { name: "T", streamArn: "arn:aws:dynamodb:r:1:table/T/stream/2026" };

test("the filter finds the stream blueprint alone by its name, in any case", () => {
  expect(matching("DynamoDB-process-stream-python").map(({ title }) => title)).toEqual([
    "Process updates made to a DDB table",
  ]);
  expect(matching("").length).toBeGreaterThan(3);
});

test("a table's screen leads to the stream blueprint and a trigger on that table", () => {
  const form = { ...began("T"), name: "f" };
  expect(wantsTrigger(form, "T")).toBe(true);
  expect(planOf(form, table).trigger).toMatchObject({ streamArn: table.streamArn, batchSize: 100 });
  expect(stepsOf(planOf(form, table)).map(({ id }) => id)).toEqual(["role", "function", "active", "trigger"]);
});

test("an existing role that may read the stream already takes no step", () => {
  const form = { ...began("T"), name: "f", role: "existing" as const, roleArn: "a/r", allowStream: false };
  expect(stepsOf(planOf(form, table)).map(({ id }) => id)).toEqual(["function", "active", "trigger"]);
});

test("the role's name follows the function's until it is given", () => {
  expect(newRoleOf({ ...began(undefined), name: "f" })).toBe("f-role");
  expect(newRoleOf({ ...began(undefined), name: "f", newRole: "mine" })).toBe("mine");
});

test("code that was edited comes back when its blueprint is chosen again", () => {
  const scratch = withCode(began(undefined), "mine");
  const other = { ...scratch, begin: "blueprint" as const, blueprint: "hello-world-python" };
  expect(codeOf(other)).toContain("Received event");
  expect(codeOf({ ...other, begin: "scratch" })).toBe("mine");
});

test("a blueprint brings a runtime that it runs on, and its file", () => {
  const python = { ...began(undefined), name: "f", begin: "blueprint" as const };
  const node = suited({ ...python, blueprint: "hello-world-nodejs" });

  expect(node.runtime).toBe("nodejs22.x");
  expect(runtimesOf(node).every(({ value }) => value.startsWith("nodejs"))).toBe(true);
  expect(suited({ ...node, blueprint: "hello-world-python" }).runtime).toBe(python.runtime);
  expect(suited(python)).toBe(python);
});

test("from scratch each family of runtimes begins with code of its own", () => {
  const form = began(undefined);
  expect(codeOf(form)).toContain("def lambda_handler");
  expect(codeOf({ ...form, runtime: "nodejs24.x" })).toContain("export const handler");
  expect(codeOf({ ...form, runtime: "provided.al2023" })).toContain("AWS_LAMBDA_RUNTIME_API");
  expect(codeOf({ ...withCode(form, "mine"), runtime: "nodejs24.x" })).not.toBe("mine");
});

test("only what the server cannot tell in time is refused by the form", () => {
  const form = { ...began("T"), name: "f" };
  expect(troublesOf(form, true, [])).toEqual({});
  expect(troublesOf(form, true, ["f"]).functionName).toBe("Function already exist: f");
  expect(Object.keys(troublesOf({ ...form, name: "a b", batchSize: "many" }, true, []))).toEqual([
    "functionName",
    "batchSize",
  ]);
  expect(troublesOf({ ...form, batchSize: "99999" }, true, [])).toEqual({});
});
