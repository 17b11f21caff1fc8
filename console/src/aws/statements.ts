/** Statements in PartiQL. */

import { ExecuteStatementCommand } from "@aws-sdk/client-dynamodb";
import type { Item } from "./attributes";
import { dynamodb } from "./tables";

/** What a statement returned, and what it took. `next` is where to go on; nothing at the end. */
export interface StatementPage {
  items: Item[];
  capacity: number;
  milliseconds: number;
  next: string | undefined;
}

/** Carries a statement out, or reads on at `next`. At most `limit` items are looked at. */
export async function execute(statement: string, limit: number, next?: string): Promise<StatementPage> {
  const began = performance.now();
  const told = await dynamodb().send(
    new ExecuteStatementCommand({
      Statement: statement,
      NextToken: next,
      ReturnConsumedCapacity: "TOTAL",
      // Only what reads may be limited.
      ...(/^\s*select\b/i.test(statement) ? { Limit: limit } : {}),
    }),
  );
  return {
    items: told.Items ?? [],
    capacity: told.ConsumedCapacity?.CapacityUnits ?? 0,
    milliseconds: performance.now() - began,
    next: told.NextToken,
  };
}
