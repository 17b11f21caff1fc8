import { expect, test } from "vitest";
import type { Item } from "./attributes";
import { deleteItems, updateOf } from "./items";

const keys = (count: number): Item[] => Array.from({ length: count }, (_, at) => ({ pk: { S: `${at}` } }));
const noPause = () => Promise.resolve();

test("items are deleted 25 at a time, and how many are gone is told", async () => {
  const sizes: number[] = [];
  const told: number[] = [];
  const batch = async (given: Item[]) => {
    sizes.push(given.length);
    return [];
  };
  expect(await deleteItems(keys(60), batch, (done) => told.push(done), noPause)).toBe(60);
  expect([sizes, told]).toEqual([
    [25, 25, 10],
    [25, 50, 60],
  ]);
});

test("what the server left undone is deleted again", async () => {
  const gone = new Set<string>();
  let first = true;
  const batch = async (given: Item[]) => {
    const undone = first ? given.slice(0, 5) : [];
    first = false;
    for (const key of given.filter((one) => !undone.includes(one))) {
      gone.add(key.pk?.S ?? "");
    }
    return undone;
  };
  await deleteItems(keys(30), batch, () => undefined, noPause);
  expect(gone.size).toBe(30);
});

test("a server that never does anything is given up", async () => {
  await expect(
    deleteItems(
      keys(2),
      async (given) => given,
      () => undefined,
      noPause,
    ),
  ).rejects.toThrow("left 2 of 2");
});

test("an update writes what differs and stands on everything that was read", () => {
  const update = updateOf({
    table: "t",
    key: { pk: { S: "a" } },
    before: { pk: { S: "a" }, same: { N: "1" }, old: { S: "x" }, gone: { S: "y" } },
    after: { pk: { S: "a" }, same: { N: "1.0" }, old: { S: "z" }, fresh: { BOOL: true } },
  });
  expect(update).toEqual({
    TableName: "t",
    Key: { pk: { S: "a" } },
    UpdateExpression: "SET #n1 = :v1, #n3 = :v3 REMOVE #n2",
    ConditionExpression:
      "attribute_exists(#key) AND #n0 = :o0 AND #n1 = :o1 AND #n2 = :o2 AND attribute_not_exists(#n3)",
    ExpressionAttributeNames: { "#key": "pk", "#n0": "same", "#n1": "old", "#n2": "gone", "#n3": "fresh" },
    ExpressionAttributeValues: {
      ":o0": { N: "1" },
      ":o1": { S: "x" },
      ":v1": { S: "z" },
      ":o2": { S: "y" },
      ":v3": { BOOL: true },
    },
  });
});

test("an item with very many attributes stands on those that change", () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`a${at}`, { N: "1" }]));
  const update = updateOf({
    table: "t",
    key: { pk: { S: "a" } },
    before: { pk: { S: "a" }, ...many },
    after: { pk: { S: "a" }, ...many, a7: { N: "2" } },
  });
  expect(update.ConditionExpression).toBe("attribute_exists(#key) AND #n0 = :o0");
});
