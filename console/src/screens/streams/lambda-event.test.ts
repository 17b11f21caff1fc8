import { expect, test } from "vitest";
import type { Change } from "../../aws/streams";
import { lambdaEvent } from "./lambda-event";

const ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/Plays/stream/2026-01-01T00:00:00.000";

const change: Change = {
  shard: "shardId-1",
  sequence: "1763886945123000000001",
  id: "c4ca4238a0b923820dcc509a6f75849b",
  event: "MODIFY",
  version: "1.1",
  source: "aws:dynamodb",
  region: "us-east-1",
  time: 1_763_886_945,
  keys: { id: { S: "a" } },
  before: { id: { S: "a" }, n: { N: "1" } },
  after: { id: { S: "a" }, n: { N: "12345678901234567890.5" }, data: { B: new Uint8Array([1, 2, 3]) } },
  bytes: 42,
  view: "NEW_AND_OLD_IMAGES",
};

test("the event is what Lambda hands to a function, binary values as base64", () => {
  expect(JSON.stringify(lambdaEvent(change, ARN))).toBe(
    JSON.stringify({
      Records: [
        {
          eventID: "c4ca4238a0b923820dcc509a6f75849b",
          eventName: "MODIFY",
          eventVersion: "1.1",
          eventSource: "aws:dynamodb",
          awsRegion: "us-east-1",
          dynamodb: {
            ApproximateCreationDateTime: 1_763_886_945,
            Keys: { id: { S: "a" } },
            NewImage: { id: { S: "a" }, n: { N: "12345678901234567890.5" }, data: { B: "AQID" } },
            OldImage: { id: { S: "a" }, n: { N: "1" } },
            SequenceNumber: "1763886945123000000001",
            SizeBytes: 42,
            StreamViewType: "NEW_AND_OLD_IMAGES",
          },
          eventSourceARN: ARN,
        },
      ],
    }),
  );
});

test("images that the view type leaves out are not in the event", () => {
  const { before: _before, after: _after, ...bare } = change;

  expect(Object.keys(lambdaEvent(bare, ARN).Records[0]?.dynamodb as object)).toEqual([
    "ApproximateCreationDateTime",
    "Keys",
    "SequenceNumber",
    "SizeBytes",
    "StreamViewType",
  ]);
});

test("an item that expired says so, in lower case and before the source's ARN", () => {
  const expired = { ...change, by: { type: "Service", principalId: "dynamodb.amazonaws.com" } };

  expect(Object.entries(lambdaEvent(expired, ARN).Records[0] ?? {}).slice(-2)).toEqual([
    ["userIdentity", { type: "Service", principalId: "dynamodb.amazonaws.com" }],
    ["eventSourceARN", ARN],
  ]);
});
