// The JavaScript SDK's document client, used as its documentation shows. Ends with 0 when all is as it should be.
import assert from "node:assert/strict";

import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  paginateListTables,
  TransactionCanceledException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  BatchExecuteStatementCommand,
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  GetCommand,
  paginateQuery,
  paginateScan,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";

const client = new DynamoDBClient({ endpoint: process.env.ENDPOINT });
const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
const TableName = "orders";

await client.send(
  new CreateTableCommand({
    TableName,
    KeySchema: [
      { AttributeName: "customer", KeyType: "HASH" },
      { AttributeName: "number", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "customer", AttributeType: "S" },
      { AttributeName: "number", AttributeType: "N" },
      { AttributeName: "status", AttributeType: "S" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "by-status",
        KeySchema: [{ AttributeName: "status", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
      },
    ],
    BillingMode: "PAY_PER_REQUEST",
  }),
);
await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
const names = [];
for await (const page of paginateListTables({ client }, {})) names.push(...page.TableNames);
assert.deepEqual(names, [TableName]);

// Values of every type come back as they went.
const order = {
  customer: "ann",
  number: 1,
  status: "NEW",
  total: 129.95,
  paid: false,
  nothing: null,
  picture: new Uint8Array([0, 1, 254, 255]),
  tags: new Set(["express", "gift"]),
  sizes: new Set([1, 2.5]),
  address: { street: "12 Mill Lane", lines: ["a", { b: [1, "2", null] }] },
  missing: undefined,
};
await documents.send(new PutCommand({ TableName, Item: order }));
const Key = { customer: "ann", number: 1 };
const { missing, ...stored } = order;
assert.deepEqual((await documents.send(new GetCommand({ TableName, Key }))).Item, stored);

// Updates answer what they changed; a failed condition can tell the item.
const updated = await documents.send(
  new UpdateCommand({
    TableName,
    Key,
    UpdateExpression: "SET #status = :paid, address.#lines[1] = :line ADD tags :tag REMOVE nothing",
    ConditionExpression: "paid = :false AND size(tags) = :two",
    ExpressionAttributeNames: { "#status": "status", "#lines": "lines" },
    ExpressionAttributeValues: {
      ":paid": "PAID",
      ":line": "c",
      ":tag": new Set(["late"]),
      ":false": false,
      ":two": 2,
    },
    ReturnValues: "UPDATED_NEW",
  }),
);
assert.deepEqual(updated.Attributes, {
  status: "PAID",
  address: { lines: ["c"] },
  tags: new Set(["express", "gift", "late"]),
});
await assert.rejects(
  documents.send(
    new DeleteCommand({
      TableName,
      Key,
      ConditionExpression: "attribute_not_exists(customer)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  ),
  (error) => error instanceof ConditionalCheckFailedException && error.Item.status.S === "PAID",
);

// Batches, and pages of queries and parallel scans.
const orders = Array.from({ length: 60 }, (_, index) => ({ customer: "bob", number: index, status: "NEW" }));
for (let start = 0; start < orders.length; start += 25) {
  const requests = orders.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
  const written = await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
  assert.deepEqual(written.UnprocessedItems, {});
}
const got = await documents.send(
  new BatchGetCommand({
    RequestItems: { [TableName]: { Keys: [Key, { customer: "bob", number: 59 }, { customer: "bob", number: 99 }] } },
  }),
);
assert.equal(got.Responses[TableName].length, 2);
const numbers = [];
const query = {
  TableName,
  KeyConditionExpression: "customer = :bob AND #number BETWEEN :low AND :high",
  ExpressionAttributeNames: { "#number": "number" },
  ExpressionAttributeValues: { ":bob": "bob", ":low": 10, ":high": 40 },
  ScanIndexForward: false,
};
for await (const page of paginateQuery({ client: documents, pageSize: 7 }, query)) {
  numbers.push(...page.Items.map((item) => item.number));
}
assert.deepEqual(numbers, Array.from({ length: 31 }, (_, index) => 40 - index));
const byStatus = await documents.send(
  new QueryCommand({
    TableName,
    IndexName: "by-status",
    KeyConditionExpression: "#status = :status",
    ExpressionAttributeNames: { "#status": "status" },
    ExpressionAttributeValues: { ":status": "PAID" },
  }),
);
assert.deepEqual(byStatus.Items.map((item) => item.customer), ["ann"]);
let scanned = 0;
for (const Segment of [0, 1, 2]) {
  const scan = { TableName, Segment, TotalSegments: 3 };
  for await (const page of paginateScan({ client: documents, pageSize: 10 }, scan)) scanned += page.Items.length;
}
assert.equal(scanned, 61);

// Transactions: all or nothing, with the reasons in order.
const move = (number, condition) => ({
  TransactItems: [
    { Put: { TableName, Item: { customer: "cy", number, status: "NEW" } } },
    {
      Update: {
        TableName,
        Key,
        UpdateExpression: "SET moved = :number",
        ConditionExpression: condition,
        ExpressionAttributeValues: { ":number": number },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
  ],
});
await documents.send(new TransactWriteCommand(move(1, "attribute_not_exists(moved)")));
await assert.rejects(
  documents.send(new TransactWriteCommand(move(2, "attribute_not_exists(moved)"))),
  (error) => {
    assert.ok(error instanceof TransactionCanceledException);
    assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), ["None", "ConditionalCheckFailed"]);
    assert.equal(error.CancellationReasons[1].Item.moved.N ?? error.CancellationReasons[1].Item.moved, "1");
    return true;
  },
);
const both = await documents.send(
  new TransactGetCommand({
    TransactItems: [
      { Get: { TableName, Key: { customer: "cy", number: 1 } } },
      { Get: { TableName, Key: { customer: "cy", number: 2 } } },
    ],
  }),
);
assert.deepEqual(both.Responses.map((response) => response.Item?.number), [1, undefined]);

// PartiQL.
await documents.send(
  new ExecuteStatementCommand({
    Statement: `INSERT INTO "${TableName}" VALUE {'customer': ?, 'number': ?, 'status': 'NEW'}`,
    Parameters: ["dee", 7],
  }),
);
const selected = await documents.send(
  new ExecuteStatementCommand({
    Statement: `SELECT status FROM "${TableName}" WHERE customer = ? AND "number" IN (7, 8)`,
    Parameters: ["dee"],
  }),
);
assert.deepEqual(selected.Items, [{ status: "NEW" }]);
const batch = await documents.send(
  new BatchExecuteStatementCommand({
    Statements: [7, 8].map((number) => ({
      Statement: `UPDATE "${TableName}" SET status = 'SENT' WHERE customer = 'dee' AND "number" = ?`,
      Parameters: [number],
    })),
  }),
);
assert.deepEqual(batch.Responses.map((response) => response.Error?.Code), [undefined, "ConditionalCheckFailed"]);
await documents.send(
  new ExecuteTransactionCommand({
    TransactStatements: [
      { Statement: `DELETE FROM "${TableName}" WHERE customer = 'dee' AND "number" = 7` },
      { Statement: `INSERT INTO "${TableName}" VALUE {'customer': 'dee', 'number': 9}` },
    ],
  }),
);
const left = await documents.send(
  new ExecuteStatementCommand({ Statement: `SELECT * FROM "${TableName}" WHERE customer = 'dee'` }),
);
assert.deepEqual(left.Items, [{ customer: "dee", number: 9 }]);
