/** A table's stream over AWS's own protocol: its shards, and their records from a place on. */

import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from "@aws-sdk/client-dynamodb-streams";
import type { Item } from "./attributes";
import { clientSettings } from "./session";

export type EventName = "INSERT" | "MODIFY" | "REMOVE";

export interface Shard {
  id: string;
  parent: string | undefined;
  first: string;
  /** The last sequence number of a shard that is closed. */
  last: string | undefined;
}

export interface Stream {
  arn: string;
  label: string;
  table: string;
  status: string;
  view: string;
  keys: string[];
  shards: Shard[];
}

/** One record of a stream. */
export interface Change {
  shard: string;
  sequence: string;
  id: string;
  event: EventName;
  version: string;
  source: string;
  region: string;
  /** Epoch seconds, whole as DynamoDB tells them. */
  time: number;
  keys: Item;
  before?: Item;
  after?: Item;
  bytes: number;
  view: string;
  /** Who deleted the item, if it was not a request: Time to Live. */
  by?: { type: string; principalId: string } | undefined;
}

/** Where to begin: a sequence number (with it, or after it), or with the oldest record there is. */
export type From = { at: string } | { after: string } | "oldest";

const streams = () => new DynamoDBStreamsClient(clientSettings());

export async function describeStream(arn: string): Promise<Stream> {
  const client = streams();
  const shards: Shard[] = [];
  for (let after: string | undefined; ; ) {
    const { StreamDescription: told } = await client.send(
      new DescribeStreamCommand({ StreamArn: arn, ExclusiveStartShardId: after }),
    );
    for (const shard of told?.Shards ?? []) {
      shards.push({
        id: shard.ShardId ?? "",
        parent: shard.ParentShardId,
        first: shard.SequenceNumberRange?.StartingSequenceNumber ?? "0",
        last: shard.SequenceNumberRange?.EndingSequenceNumber,
      });
    }
    after = told?.LastEvaluatedShardId;
    if (after === undefined) {
      return {
        arn,
        label: told?.StreamLabel ?? "",
        table: told?.TableName ?? "",
        status: told?.StreamStatus ?? "",
        view: told?.StreamViewType ?? "",
        keys: (told?.KeySchema ?? []).map(({ AttributeName = "" }) => AttributeName),
        shards,
      };
    }
  }
}

/** Up to `limit` (1,000 at most) of a shard's records; fewer when an answer is full. */
export async function readRecords(arn: string, shard: string, from: From, limit: number): Promise<Change[]> {
  const client = streams();
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ StreamArn: arn, ShardId: shard, ...place(from) }),
  );
  const { Records } = await client.send(new GetRecordsCommand({ ShardIterator, Limit: limit }));
  return (Records ?? []).map((record) => change(shard, record));
}

function place(from: From) {
  if (from === "oldest") {
    return { ShardIteratorType: "TRIM_HORIZON" as const };
  }
  return "at" in from
    ? { ShardIteratorType: "AT_SEQUENCE_NUMBER" as const, SequenceNumber: from.at }
    : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER" as const, SequenceNumber: from.after };
}

function change(shard: string, record: StreamRecord): Change {
  const told = record.dynamodb ?? {};
  const by = record.userIdentity;
  return {
    shard,
    sequence: told.SequenceNumber ?? "0",
    id: record.eventID ?? "",
    event: record.eventName ?? "MODIFY",
    version: record.eventVersion ?? "",
    source: record.eventSource ?? "",
    region: record.awsRegion ?? "",
    time: Math.floor((told.ApproximateCreationDateTime?.getTime() ?? 0) / 1000),
    keys: told.Keys ?? {},
    before: told.OldImage,
    after: told.NewImage,
    bytes: told.SizeBytes ?? 0,
    view: told.StreamViewType ?? "",
    by: by && { type: by.Type ?? "", principalId: by.PrincipalId ?? "" },
  };
}
