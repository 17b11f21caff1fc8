// A single-table design with dynamodb-toolbox, as its documentation shows. Ends with 0 when all is as it should be.
import assert from "node:assert/strict";

import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { DeleteItemCommand } from "dynamodb-toolbox/entity/actions/delete";
import { GetItemCommand } from "dynamodb-toolbox/entity/actions/get";
import { PutItemCommand } from "dynamodb-toolbox/entity/actions/put";
import { ConditionCheck } from "dynamodb-toolbox/entity/actions/transactCheck";
import { GetTransaction } from "dynamodb-toolbox/entity/actions/transactGet";
import { PutTransaction } from "dynamodb-toolbox/entity/actions/transactPut";
import { UpdateTransaction } from "dynamodb-toolbox/entity/actions/transactUpdate";
import { $add, $append, UpdateItemCommand } from "dynamodb-toolbox/entity/actions/update";
import { BatchPutRequest } from "dynamodb-toolbox/entity/actions/batchPut";
import { Entity } from "dynamodb-toolbox/entity";
import { execute as transactGet } from "dynamodb-toolbox/entity/actions/transactGet";
import { execute as transactWrite } from "dynamodb-toolbox/entity/actions/transactWrite";
import { item } from "dynamodb-toolbox/schema/item";
import { list } from "dynamodb-toolbox/schema/list";
import { number } from "dynamodb-toolbox/schema/number";
import { set } from "dynamodb-toolbox/schema/set";
import { string } from "dynamodb-toolbox/schema/string";
import { Table } from "dynamodb-toolbox/table";
import { BatchWriteCommand, execute as batchWrite } from "dynamodb-toolbox/table/actions/batchWrite";
import { QueryCommand } from "dynamodb-toolbox/table/actions/query";
import { ScanCommand } from "dynamodb-toolbox/table/actions/scan";

const client = new DynamoDBClient({ endpoint: process.env.ENDPOINT });
await client.send(
  new CreateTableCommand({
    TableName: "game",
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
      { AttributeName: "level", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "level",
        KeySchema: [
          { AttributeName: "sk", KeyType: "HASH" },
          { AttributeName: "level", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
    ],
    BillingMode: "PAY_PER_REQUEST",
  }),
);
await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: "game" });

const table = new Table({
  name: "game",
  documentClient: DynamoDBDocumentClient.from(client),
  partitionKey: { name: "pk", type: "string" },
  sortKey: { name: "sk", type: "string" },
  indexes: {
    level: {
      type: "global",
      partitionKey: { name: "sk", type: "string" },
      sortKey: { name: "level", type: "number" },
    },
  },
});
const Player = new Entity({
  name: "PLAYER",
  table,
  schema: item({
    name: string().key(),
    level: number().default(1),
    badges: set(string()).optional(),
    scores: list(number()).default([]),
  }),
  computeKey: ({ name }) => ({ pk: `PLAYER#${name}`, sk: "PROFILE" }),
});

await Player.build(PutItemCommand).item({ name: "ann", badges: new Set(["first"]) }).send();
const { Item: ann } = await Player.build(GetItemCommand).key({ name: "ann" }).send();
assert.equal(ann.level, 1);
assert.deepEqual(ann.badges, new Set(["first"]));

const { Attributes } = await Player.build(UpdateItemCommand)
  .item({ name: "ann", level: $add(4), scores: $append([12]), badges: $add(new Set(["fast"])) })
  .options({ returnValues: "ALL_NEW", condition: { attr: "level", lt: 5 } })
  .send();
assert.equal(Attributes.level, 5);
assert.deepEqual(Attributes.scores, [12]);
assert.deepEqual(Attributes.badges, new Set(["first", "fast"]));
await assert.rejects(
  Player.build(UpdateItemCommand)
    .item({ name: "ann", level: $add(1) })
    .options({ condition: { attr: "level", lt: 5 } })
    .send(),
  { name: "ConditionalCheckFailedException" },
);

const others = ["bob", "cy", "dee"].map((name, index) =>
  Player.build(BatchPutRequest).item({ name, level: 10 * (index + 1) }),
);
await batchWrite(table.build(BatchWriteCommand).requests(...others));

const high = await table
  .build(QueryCommand)
  .entities(Player)
  .query({ index: "level", partition: "PROFILE", range: { gte: 10 } })
  .options({ reverse: true, maxPages: Number.POSITIVE_INFINITY, limit: 2 })
  .send();
assert.deepEqual(high.Items.map((player) => player.name), ["dee", "cy", "bob"]);
const scanned = await table
  .build(ScanCommand)
  .entities(Player)
  .options({ filters: { PLAYER: { attr: "level", between: [5, 10] } } })
  .send();
assert.deepEqual(scanned.Items.map((player) => player.name).sort(), ["ann", "bob"]);

await transactWrite(
  Player.build(ConditionCheck).key({ name: "ann" }).condition({ attr: "level", eq: 5 }),
  Player.build(UpdateTransaction).item({ name: "bob", level: $add(1) }),
  Player.build(PutTransaction).item({ name: "eve", level: 2 }).options({ condition: { attr: "name", exists: false } }),
);
await assert.rejects(
  transactWrite(
    Player.build(ConditionCheck).key({ name: "ann" }).condition({ attr: "level", eq: 6 }),
    Player.build(UpdateTransaction).item({ name: "bob", level: $add(1) }),
  ),
  { name: "TransactionCanceledException" },
);
const { Responses } = await transactGet(
  Player.build(GetTransaction).key({ name: "bob" }),
  Player.build(GetTransaction).key({ name: "eve" }),
);
assert.deepEqual(Responses.map(({ Item }) => Item.level), [11, 2]);

await Player.build(DeleteItemCommand).key({ name: "eve" }).send();
assert.equal((await Player.build(GetItemCommand).key({ name: "eve" }).send()).Item, undefined);
