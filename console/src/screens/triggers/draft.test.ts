import { expect, test } from "vitest";
import { alteration, creation, draftOf, NEW_DRAFT, withPattern, wrongs } from "./draft";

const ends = { streamArn: "arn", functionName: "badges", position: "LATEST" as const };

test("a new trigger asks for AWS's defaults and nothing it does not want", () => {
  expect(creation(NEW_DRAFT, ends)).toEqual({
    EventSourceArn: "arn",
    FunctionName: "badges",
    StartingPosition: "LATEST",
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 1,
    TumblingWindowInSeconds: 0,
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: -1,
    BisectBatchOnFunctionError: false,
    Enabled: true,
  });
});

test("a pattern is sent in one line, what is in its texts untouched", () => {
  const draft = withPattern(NEW_DRAFT, '{\n  "eventName": ["a  b", 1.50]\n}');

  expect(creation(draft, ends).FilterCriteria).toEqual({
    Filters: [{ Pattern: '{"eventName":["a  b",1.50]}' }],
  });
});

test("a mapping that is shown and sent unchanged stays as it is, and filters that are removed go", () => {
  const mapping = {
    BatchSize: 10,
    MaximumRetryAttempts: 3,
    MaximumRecordAgeInSeconds: 60,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ["ReportBatchItemFailures" as const],
    ParallelizationFactor: 4,
    DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:r:1:q" } },
    State: "Disabled",
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
  };
  const draft = draftOf(mapping);

  expect(alteration("1", draft)).toEqual({
    UUID: "1",
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 4,
    TumblingWindowInSeconds: 0,
    DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:r:1:q" } },
    MaximumRetryAttempts: 3,
    MaximumRecordAgeInSeconds: 60,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ["ReportBatchItemFailures"],
    Enabled: false,
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
  });
  expect(alteration("1", { ...draft, patterns: [] }).FilterCriteria).toEqual({ Filters: [] });
  expect(alteration("1", { ...draft, destination: " " }).DestinationConfig).toEqual({
    OnFailure: { Destination: "" },
  });
});

test("what the server cannot be asked is told before", () => {
  const draft = { ...withPattern(withPattern(NEW_DRAFT, "{"), " "), batchSize: "ten", window: "" };

  expect(Object.keys(wrongs(draft))).toEqual(["batchSize", "window", "pattern 0", "pattern 1"]);
  expect(wrongs(NEW_DRAFT)).toEqual({});
});
