/** What became of all records since a trigger's starting position, as parts of a whole. Pure. */

import type { MappingStatus } from "../../aws/own";
import { count } from "../../parts/format";

export interface Part {
  kind: "delivered" | "filtered" | "discarded" | "pending";
  words: string;
  count: number;
}

/** Delivered, filtered, discarded by reason and pending: together they are all records. */
export function parts({ delivered, filtered, discarded, pending }: MappingStatus): Part[] {
  return [
    { kind: "delivered", words: "Delivered", count: delivered },
    { kind: "filtered", words: "Filtered", count: filtered },
    ...Object.entries(discarded).map(([reason, number]) => ({
      kind: "discarded" as const,
      words: `Discarded: ${reason}`,
      count: number,
    })),
    { kind: "pending", words: "Pending", count: pending },
  ];
}

const counted = (one: string) => (number: number) => `${count(number)} ${one}${number === 1 ? "" : "s"}`;

export const attempts = counted("attempt");
export const records = counted("record");

export const total = (all: readonly Part[]) => all.reduce((sum, part) => sum + part.count, 0);

/** What became of the records of one shard, or of all that are gone. */
export interface ShardPart {
  shard: string | undefined;
  phase: string;
  lanes: number | undefined;
  records: number;
  delivered: number;
  filtered: number;
  discarded: number;
  pending: number;
}

/** The newest shard first; the last line is that of the shards that are gone, if there were any. */
export function partsByShard({ shards, past }: MappingStatus): ShardPart[] {
  const there = shards.toReversed().map((one) => ({ ...one, discarded: sum(one.discarded) }));
  const gone = {
    ...past,
    discarded: sum(past.discarded),
    shard: undefined,
    phase: "gone",
    lanes: undefined,
    pending: 0,
  };
  return past.records === 0 ? there : [...there, gone];
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);
