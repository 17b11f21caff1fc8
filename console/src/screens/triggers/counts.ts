/** What became of all records since a trigger's starting position, as parts of a whole. Pure. */

import type { MappingStatus } from "../../aws/own";

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
    ...Object.entries(discarded).map(([reason, count]) => ({
      kind: "discarded" as const,
      words: `Discarded: ${reason}`,
      count,
    })),
    { kind: "pending", words: "Pending", count: pending },
  ];
}

export const total = (all: readonly Part[]) => all.reduce((sum, { count }) => sum + count, 0);
