import { expect, test } from "vitest";
import { addition, creation, newIndex, newTable } from "./draft";

const plain = () => ({ ...newTable(), name: "orders", partitionKey: { name: "id", type: "S" as const } });

test("a table with default settings is on demand, with its keys alone", () => {
  expect(creation(plain())).toEqual({
    TableName: "orders",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    BillingMode: "PAY_PER_REQUEST",
  });
});

test("what is customised is not sent unless settings are customised", () => {
  const draft = { ...plain(), view: "NEW_IMAGE" as const, indexes: [newIndex("global", 1)] };

  expect(creation(draft)).not.toHaveProperty("StreamSpecification");
  expect(creation(draft)).not.toHaveProperty("GlobalSecondaryIndexes");
});

test("keys of indexes are defined once, beside the table's", () => {
  const index = {
    ...newIndex("global", 1),
    name: "by-day",
    partitionKey: { name: "day", type: "N" as const },
  };
  const other = { ...index, id: 2, name: "by-day-and-id", sortKey: { name: "id", type: "S" as const } };

  const request = creation({ ...plain(), customised: true, indexes: [index, other] });

  expect(request.AttributeDefinitions).toEqual([
    { AttributeName: "id", AttributeType: "S" },
    { AttributeName: "day", AttributeType: "N" },
  ]);
  expect(request.GlobalSecondaryIndexes).toHaveLength(2);
});

test("an attribute that is given two types stays twice, for the server to refuse", () => {
  const index = { ...newIndex("global", 1), name: "by-id", partitionKey: { name: "id", type: "N" as const } };

  const request = creation({ ...plain(), customised: true, indexes: [index] });

  expect(request.AttributeDefinitions).toHaveLength(2);
});

test("a local index has the partition key of its table", () => {
  const index = { ...newIndex("local", 1), name: "by-day", sortKey: { name: "day", type: "S" as const } };
  const sortKey = { name: "line", type: "N" as const };

  const request = creation({ ...plain(), sortKey, customised: true, indexes: [index] });

  expect(request.LocalSecondaryIndexes?.[0]?.KeySchema).toEqual([
    { AttributeName: "id", KeyType: "HASH" },
    { AttributeName: "day", KeyType: "RANGE" },
  ]);
});

test("attributes to project are split at commas and only sent with that projection", () => {
  const index = { ...newIndex("global", 1), name: "by-day", attributes: "title, author ," };

  const all = addition("orders", index, "PAY_PER_REQUEST");
  const some = addition("orders", { ...index, projection: "INCLUDE" }, "PROVISIONED");

  expect(all.GlobalSecondaryIndexUpdates?.[0]?.Create?.Projection).toEqual({ ProjectionType: "ALL" });
  expect(some.GlobalSecondaryIndexUpdates?.[0]?.Create).toMatchObject({
    Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["title", "author"] },
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  });
});

test("a missing partition key is sent as it is, for the server to name it", () => {
  expect(creation(newTable()).KeySchema).toEqual([{ AttributeName: "", KeyType: "HASH" }]);
});
