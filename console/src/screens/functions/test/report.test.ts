import { expect, test } from "vitest";
import { errorOf, reportOf } from "./report";

test("the figures of a REPORT line are read", () => {
  const log =
    "START RequestId: 1 Version: $LATEST\nEND RequestId: 1\nREPORT RequestId: 1\tDuration: 1.25 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\tInit Duration: 99.10 ms\t\n";
  expect(reportOf(log)).toEqual({
    durationMs: 1.25,
    billedMs: 2,
    memoryMb: 128,
    usedMb: 30,
    initMs: 99.1,
  });
});

test("the figures of a JSON report are read", () => {
  const log = JSON.stringify({
    type: "platform.report",
    record: { metrics: { durationMs: 1.5, billedDurationMs: 2, memorySizeMB: 128, maxMemoryUsedMB: 30 } },
  });
  expect(reportOf(log)).toMatchObject({ durationMs: 1.5, billedMs: 2, usedMb: 30 });
});

test("a log that was cut before its report has no figures", () => {
  expect(reportOf("something")).toEqual({});
  expect(reportOf('{"type": "platform.report", "record": {"met')).toEqual({});
});

test("an error is told with its trace, whatever the answer looks like", () => {
  expect(
    errorOf(
      '{"errorType": "KeyError", "errorMessage": "\'a\'", "stackTrace": ["  File 1\\n", "  File 2\\n"]}',
    ),
  ).toEqual({ type: "KeyError", message: "'a'", trace: "  File 1\n  File 2" });
  expect(errorOf("gone").message).toBe("gone");
  expect(errorOf("null").type).toBe("Error");
});
