import { expect, test } from "vitest";
import { readLine } from "./log-line";

const REPORT =
  "REPORT RequestId: a-1\tDuration: 3.25 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\t" +
  "Max Memory Used: 40 MB\tInit Duration: 88.10 ms\tStatus: error\tError Type: Runtime.ExitError\n";

test("what Lambda itself writes is told from what the function writes", () => {
  expect(readLine("START RequestId: a-1 Version: $LATEST\n")).toEqual({ kind: "start", request: "a-1" });
  expect(readLine("END RequestId: a-1\n")).toEqual({ kind: "end", request: "a-1" });
  expect(readLine("INIT_START Runtime Version: python\n").kind).toBe("init");
  expect(readLine("I START RequestId: a-1").kind).toBe("plain");
});

test("REPORT's figures are read", () => {
  expect(readLine(REPORT)).toEqual({
    kind: "report",
    request: "a-1",
    report: {
      durationMs: 3.25,
      billedMs: 4,
      memoryMb: 128,
      usedMb: 40,
      initMs: 88.1,
      status: "error",
      errorType: "Runtime.ExitError",
    },
  });
});

test("the records of functions that log JSON say the same", () => {
  const record = {
    requestId: "a-1",
    status: "success",
    metrics: { durationMs: 3.25, billedDurationMs: 4, memorySizeMB: 128, maxMemoryUsedMB: 40 },
  };

  expect(readLine(JSON.stringify({ type: "platform.report", record })).report).toEqual({
    durationMs: 3.25,
    billedMs: 4,
    memoryMb: 128,
    usedMb: 40,
  });
  expect(readLine('{"type": "platform.start", "record": {"requestId": "b"}}').request).toBe("b");
});

test("errors and warnings are found", () => {
  expect(readLine("[ERROR] KeyError: 'a small mistake'\nTraceback (most recent call last):").kind).toBe(
    "error",
  );
  expect(readLine("Traceback (most recent call last):\n").kind).toBe("error");
  expect(readLine('{"level": "ERROR", "message": "no", "requestId": "x"}')).toMatchObject({
    kind: "error",
    request: "x",
  });
  expect(readLine("[WARNING]\t2026-01-01T00:00:00Z\tx\tcareful").kind).toBe("warning");
  expect(readLine("no errors here").kind).toBe("plain");
});

test("JSON is laid out, what only looks like it is left alone", () => {
  expect(readLine('{"a": [1]}').json).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(readLine("{not json}")).toEqual({ kind: "plain" });
});
