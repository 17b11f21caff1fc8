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
