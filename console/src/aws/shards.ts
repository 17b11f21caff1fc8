/** Streams with their shards, and what AWS has no call for: closing shards. */

import { ask } from "./own";
import { region } from "./session";

/** A stream's shard as docs/api.md has it. Times are epoch seconds. */
export interface StreamShard {
  shard: string;
  parent: string | null;
  opened: number;
  closed: number | null;
  start: string;
  end: string | null;
  records: number;
  changes: number;
  /** Of all partition keys, 0 to 1. */
  share: number;
}

export interface StreamStatus {
  arn: string;
  table: string;
  region: string;
  status: string;
  view: string;
  created: number;
  disabled: number | null;
  shards: StreamShard[];
}

/** The streams of tables of this name in the chosen region, with their shards. */
export async function streams(table: string): Promise<StreamStatus[]> {
  const { streams: all } = await ask<{ streams: StreamStatus[] }>(
    `streams?${new URLSearchParams({ table })}`,
  );
  return all.filter((one) => one.region === region());
}

/** Close an open shard, or every one: `split` gives two children its keys, `roll` one. */
export const reshape = (action: "split" | "roll", stream: string, shard: string) =>
  ask<unknown>("streams", { action, stream, shard });
