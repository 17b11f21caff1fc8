/** Reading and writing items. */

import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Item, sameValue } from "./attributes";
import { dynamodb } from "./tables";

export type ReadRequest =
  | { operation: "Scan"; input: ScanCommandInput }
  | { operation: "Query"; input: QueryCommandInput };

/** What was read, and what it took. `next` is where to go on; nothing at the end. */
export interface ItemsPage {
  items: Item[];
  scanned: number;
  capacity: number;
  milliseconds: number;
  next: Item | undefined;
}

/** How many requests are made for one page, when filters leave little of each. */
const REQUESTS_MAX = 20;

/** Read until there are `wanted` items, the end is reached or a good many requests were made. */
export async function readItems(request: ReadRequest, wanted: number, start?: Item): Promise<ItemsPage> {
  const began = performance.now();
  const page: ItemsPage = { items: [], scanned: 0, capacity: 0, milliseconds: 0, next: start };
  for (let made = 0; made < REQUESTS_MAX; made += 1) {
    const told = await readOnce(request, page.next);
    page.items.push(...(told.Items ?? []));
    page.scanned += told.ScannedCount ?? 0;
    page.capacity += told.ConsumedCapacity?.CapacityUnits ?? 0;
    page.next = told.LastEvaluatedKey;
    if (page.next === undefined || page.items.length >= wanted) {
      break;
    }
  }
  return { ...page, milliseconds: performance.now() - began };
}

function readOnce({ operation, input }: ReadRequest, start: Item | undefined) {
  const asked = {
    ...input,
    ReturnConsumedCapacity: "TOTAL" as const,
    ExclusiveStartKey: start,
  };
  return operation === "Query"
    ? dynamodb().send(new QueryCommand(asked))
    : dynamodb().send(new ScanCommand(asked));
}

export async function getItem(table: string, key: Item): Promise<Item | undefined> {
  const told = await dynamodb().send(
    new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
  );
  return told.Item;
}

/** Put an item that is not there yet; ConditionalCheckFailedException if it is. */
export const createItem = (table: string, item: Item, partition: string) =>
  dynamodb().send(
    new PutItemCommand({
      TableName: table,
      Item: item,
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": partition },
    }),
  );

/** Somebody else changed the item, or removed it (then `theirs` is nothing). */
export class ChangedMeanwhile extends Error {
  constructor(
    message: string,
    readonly theirs: Item | undefined,
  ) {
    super(message);
    this.name = "ConditionalCheckFailedException";
  }
}

/** Beyond this many attributes a condition on all of them would be too long: then those that change are enough. */
const CONDITIONS_MAX = 100;

interface Saving {
  table: string;
  key: Item;
  /** The item as it was read; nothing if it is known to be gone. */
  before: Item | undefined;
  after: Item;
}

/** Write what differs between `before` and `after`, if the item still is as `before`. Else ChangedMeanwhile. */
export async function saveItem(saving: Saving): Promise<void> {
  const { table, key, before, after } = saving;
  try {
    if (before === undefined) {
      await createItem(table, after, Object.keys(key)[0] ?? "");
    } else {
      const change = updateOf({ ...saving, before });
      await dynamodb().send(
        new UpdateItemCommand({ ...change, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
      );
    }
  } catch (thrown) {
    throw thrown instanceof ConditionalCheckFailedException
      ? new ChangedMeanwhile(thrown.message, before === undefined ? await getItem(table, key) : thrown.Item)
      : thrown;
  }
}

/** The update that makes `after` of `before`, on condition that nothing of it changed. */
export function updateOf({ table, key, before, after }: Saving & { before: Item }) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !(name in key),
  );
  const changes = (name: string) => {
    const [old, now] = [before[name], after[name]];
    return old === undefined || now === undefined || !sameValue(old, now);
  };
  const watched = names.length > CONDITIONS_MAX ? names.filter(changes) : names;
  const placeholders: Record<string, string> = { "#key": Object.keys(key)[0] ?? "" };
  const values: Item = {};
  const conditions = ["attribute_exists(#key)"];
  const [sets, removes]: [string[], string[]] = [[], []];
  watched.forEach((name, at) => {
    const [old, now] = [before[name], after[name]];
    placeholders[`#n${at}`] = name;
    if (old === undefined) {
      conditions.push(`attribute_not_exists(#n${at})`);
    } else {
      values[`:o${at}`] = old;
      conditions.push(`#n${at} = :o${at}`);
    }
    if (now !== undefined && changes(name)) {
      values[`:v${at}`] = now;
      sets.push(`#n${at} = :v${at}`);
    } else if (now === undefined) {
      removes.push(`#n${at}`);
    }
  });
  const update = [
    ...(sets.length === 0 ? [] : [`SET ${sets.join(", ")}`]),
    ...(removes.length === 0 ? [] : [`REMOVE ${removes.join(", ")}`]),
  ].join(" ");
  return {
    TableName: table,
    Key: key,
    UpdateExpression: update || undefined,
    ConditionExpression: conditions.join(" AND "),
    ExpressionAttributeNames: placeholders,
    ExpressionAttributeValues: Object.keys(values).length === 0 ? undefined : values,
  };
}

/** What one BatchWriteItem takes. */
const BATCH_MAX = 25;
const TRIES_MAX = 8;
const PAUSE_MS = 50;

/** Deletes what it is given and answers with what was left undone. */
export type DeleteBatch = (keys: Item[]) => Promise<Item[]>;

export const deleteBatch =
  (table: string): DeleteBatch =>
  async (keys) => {
    const asked = keys.map((Key) => ({ DeleteRequest: { Key } }));
    const told = await dynamodb().send(new BatchWriteItemCommand({ RequestItems: { [table]: asked } }));
    return (told.UnprocessedItems?.[table] ?? []).flatMap(({ DeleteRequest: one }) =>
      one?.Key === undefined ? [] : [one.Key],
    );
  };

/** Delete items in batches; what is left undone is tried again after growing pauses. `tell` hears how many are gone. */
export async function deleteItems(
  keys: Item[],
  batch: DeleteBatch,
  tell: (done: number) => void,
  pause: (milliseconds: number) => Promise<void> = (time) =>
    new Promise((resolve) => setTimeout(resolve, time)),
): Promise<number> {
  let rest = keys;
  for (let failures = 0; rest.length > 0; ) {
    const now = rest.slice(0, BATCH_MAX);
    const undone = await batch(now);
    rest = [...rest.slice(BATCH_MAX), ...undone];
    tell(keys.length - rest.length);
    failures = undone.length === 0 ? 0 : failures + 1;
    if (failures === TRIES_MAX) {
      throw new Error(
        `The server left ${rest.length} of ${keys.length} items undone. Delete them again later.`,
      );
    }
    if (failures > 0) {
      await pause(PAUSE_MS * 2 ** failures);
    }
  }
  return keys.length;
}
