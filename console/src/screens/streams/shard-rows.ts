/** A stream's shards as lines of a table: what AWS tells of them, and what millrace adds. Pure. */

import type { StreamShard } from "../../aws/shards";
import type { Shard } from "../../aws/streams";

export interface ShardRow extends Shard {
  /** Not known for a moment after it was opened. */
  told: StreamShard | undefined;
}

/** The newest first: those that are open are at the top. */
export function shardRows(shards: readonly Shard[], told: readonly StreamShard[] = []): ShardRow[] {
  const byId = new Map(told.map((one) => [one.shard, one]));
  return shards.map((shard) => ({ ...shard, told: byId.get(shard.id) })).reverse();
}

/** A part of all partition keys in percent, such as "25%" and "0.4%". */
export function percent(share: number): string {
  const hundreds = share * 100;
  return `${hundreds >= 1 ? Math.round(hundreds * 10) / 10 : Number(hundreds.toPrecision(1))}%`;
}

/** "2 open of 3". */
export function openOf(shards: readonly Shard[]): string {
  return `${shards.filter(({ last }) => last === undefined).length} open of ${shards.length}`;
}
