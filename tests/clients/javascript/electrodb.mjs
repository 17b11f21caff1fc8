// A single-table design with ElectroDB, as its documentation shows. Ends with 0 when all is as it should be.
import assert from "node:assert/strict";

import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { Entity, Service } from "electrodb";

const client = new DynamoDBClient({ endpoint: process.env.ENDPOINT });
await client.send(
  new CreateTableCommand({
    TableName: "shop",
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    AttributeDefinitions: ["pk", "sk", "gsi1pk", "gsi1sk"].map((AttributeName) => ({
      AttributeName,
      AttributeType: "S",
    })),
    GlobalSecondaryIndexes: [
      {
        IndexName: "gsi1",
        KeySchema: [
          { AttributeName: "gsi1pk", KeyType: "HASH" },
          { AttributeName: "gsi1sk", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
    ],
    BillingMode: "PAY_PER_REQUEST",
  }),
);
await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: "shop" });

const Task = new Entity(
  {
    model: { entity: "task", version: "1", service: "shop" },
    attributes: {
      team: { type: "string", required: true },
      task: { type: "string", required: true },
      employee: { type: "string", required: true },
      points: { type: "number", default: () => 1 },
      tags: { type: "set", items: "string" },
      notes: { type: "list", items: { type: "map", properties: { by: { type: "string" }, text: { type: "string" } } } },
    },
    indexes: {
      byTeam: { pk: { field: "pk", composite: ["team"] }, sk: { field: "sk", composite: ["task"] } },
      byEmployee: {
        index: "gsi1",
        collection: "assignments",
        pk: { field: "gsi1pk", composite: ["employee"] },
        sk: { field: "gsi1sk", composite: ["team", "task"] },
      },
    },
  },
  { client, table: "shop" },
);
const Employee = new Entity(
  {
    model: { entity: "employee", version: "1", service: "shop" },
    attributes: { employee: { type: "string", required: true }, title: { type: "string" } },
    indexes: {
      record: { pk: { field: "pk", composite: ["employee"] }, sk: { field: "sk", composite: [] } },
      coworkers: {
        index: "gsi1",
        collection: "assignments",
        pk: { field: "gsi1pk", composite: ["employee"] },
        sk: { field: "gsi1sk", composite: [] },
      },
    },
  },
  { client, table: "shop" },
);
const shop = new Service({ Task, Employee });

await Employee.create({ employee: "ann", title: "lead" }).go();
await assert.rejects(Employee.create({ employee: "ann" }).go(), /The conditional request failed/);
const tasks = Array.from({ length: 60 }, (_, number) => ({
  team: "green",
  task: `t${String(number).padStart(2, "0")}`,
  employee: number % 2 ? "ann" : "bob",
}));
const { unprocessed } = await Task.put(tasks).go();
assert.deepEqual(unprocessed, []);

const assigned = await shop.collections.assignments({ employee: "ann" }).go({ pages: "all" });
assert.equal(assigned.data.Task.length, 30);
assert.deepEqual(assigned.data.Employee, [{ employee: "ann", title: "lead" }]);

const key = { team: "green", task: "t01" };
const changed = await Task.patch(key)
  .add({ points: 4, tags: ["hard"] })
  .append({ notes: [{ by: "bob", text: "why?" }] })
  .where(({ points }, { eq }) => eq(points, 1))
  .go({ response: "all_new" });
assert.equal(changed.data.points, 5);
assert.deepEqual(changed.data.tags, ["hard"]);
await Task.patch(key).data(({ notes, points }, { set, subtract }) => {
  set(notes[0].text, "because");
  subtract(points, 2);
}).go();
await assert.rejects(
  Task.patch(key).set({ points: 0 }).where(({ points }, { gt }) => gt(points, 100)).go(),
  /The conditional request failed/,
);
await assert.rejects(Task.patch({ team: "green", task: "none" }).set({ points: 0 }).go());
const found = await Task.get(key).go();
assert.deepEqual([found.data.points, found.data.notes], [3, [{ by: "bob", text: "because" }]]);
const upserted = await Task.upsert({ team: "red", task: "new", employee: "cy" }).add({ points: 2 }).go({ response: "all_new" });
assert.equal(upserted.data.points, 2);

const between = await Task.query.byTeam({ team: "green" }).between({ task: "t10" }, { task: "t12" }).go({ order: "desc" });
assert.deepEqual(between.data.map(({ task }) => task), ["t12", "t11", "t10"]);
const pages = [];
let cursor = null;
do {
  const page = await Task.query.byTeam({ team: "green" }).go({ limit: 25, cursor });
  pages.push(page.data.length);
  cursor = page.cursor;
} while (cursor);
assert.deepEqual(pages, [25, 25, 10]);
const matching = await Task.scan.where(({ notes }, { exists }) => exists(notes)).go({ pages: "all" });
assert.deepEqual(matching.data.map(({ task }) => task), ["t01"]);
const fetched = await Task.get([key, { team: "red", task: "new" }]).go();
assert.equal(fetched.data.length, 2);

const committed = await shop.transaction
  .write(({ Task: task, Employee: employee }) => [
    task.delete({ team: "red", task: "new" }).commit(),
    employee.patch({ employee: "ann" }).set({ title: "head" }).commit(),
    task.check(key).where(({ points }, { eq }) => eq(points, 3)).commit(),
  ])
  .go();
assert.equal(committed.canceled, false);
const canceled = await shop.transaction
  .write(({ Task: task, Employee: employee }) => [
    employee.create({ employee: "ann" }).commit({ response: "all_old" }),
    task.remove(key).commit(),
  ])
  .go();
assert.equal(canceled.canceled, true);
assert.deepEqual(canceled.data.map(({ rejected, code }) => [rejected, code]), [
  [true, "ConditionalCheckFailed"],
  [false, "None"],
]);
const read = await shop.transaction
  .get(({ Employee: employee, Task: task }) => [employee.get({ employee: "ann" }).commit(), task.get(key).commit()])
  .go();
assert.deepEqual([read.data[0].item.title, read.data[1].item.points], ["head", 3]);
