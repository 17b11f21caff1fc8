import { expect, test } from "vitest";
import type { Item } from "../../aws/attributes";
import type { ReadRequest } from "../../aws/items";
import { asBoto3, asCli, python, shell } from "./copy-as";
import { asCsv, asJsonLines } from "./export";
import {
  type Filter,
  fromParameters,
  newFilter,
  newQuestion,
  type Question,
  type SortCondition,
  toParameters,
} from "./question";
import { mistakesOf, placeOf, requestOf } from "./request";
import type { Schema } from "./table-keys";

const TABLE: Schema = { partition: [{ name: "pk", type: "S" }], sort: [{ name: "sk", type: "N" }] };
const PLACE = { endpoint: "http://127.0.0.1:8000", region: "us-east-1" };
const ask = (given: Partial<Question>): Question => ({ ...newQuestion(), ...given });
const filter = (given: Partial<Filter>): Filter => ({ ...newFilter(), ...given });
const input = (given: Partial<Question>) => requestOf("t", ask(given), TABLE, TABLE).input;
const sort = (operator: SortCondition["operator"], value: string, other = ""): SortCondition[] => [
  { operator, value, other },
];

test("a scan asks for the table and a page, nothing else", () => {
  expect(requestOf("t", newQuestion(), TABLE, TABLE)).toEqual({
    operation: "Scan",
    input: { TableName: "t", Limit: 50 },
  });
});

test("a query goes by the key through placeholders, with the types of the key", () => {
  expect(
    input({ mode: "query", index: "by", partition: ["a"], sort: sort(">=", "5"), descending: true }),
  ).toEqual({
    TableName: "t",
    IndexName: "by",
    KeyConditionExpression: "#n0 = :v0 AND #n1 >= :v1",
    ExpressionAttributeNames: { "#n0": "pk", "#n1": "sk" },
    ExpressionAttributeValues: { ":v0": { S: "a" }, ":v1": { N: "5" } },
    ScanIndexForward: false,
    Limit: 50,
  });
});

test("between and begins with are written as DynamoDB has them", () => {
  const between = input({ mode: "query", partition: ["a"], sort: sort("between", "1", "2") });
  expect(between).toMatchObject({ KeyConditionExpression: "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2" });
  const begins = input({ mode: "query", partition: ["a"], sort: sort("begins with", "1") });
  expect(begins).toMatchObject({ KeyConditionExpression: "#n0 = :v0 AND begins_with(#n1, :v1)" });
});

test("a query without a value for the sort key takes the whole partition", () => {
  expect(input({ mode: "query", partition: ["a"] })).toMatchObject({ KeyConditionExpression: "#n0 = :v0" });
});

const PLACES: Schema = {
  partition: [
    { name: "land", type: "S" },
    { name: "town", type: "S" },
  ],
  sort: [
    { name: "year", type: "N" },
    { name: "day", type: "N" },
  ],
};

test("a key of several attributes is asked for all of its partition, and its sort attributes from the left", () => {
  const condition = (...given: SortCondition[]) =>
    requestOf("t", ask({ mode: "query", partition: ["nl", "ede"], sort: given }), TABLE, PLACES).input;
  const [year, day] = [sort("=", "2026")[0] as SortCondition, sort("<", "7")[0] as SortCondition];
  expect(condition(year, day)).toMatchObject({
    KeyConditionExpression: "#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2 AND #n3 < :v3",
    ExpressionAttributeNames: { "#n0": "land", "#n1": "town", "#n2": "year", "#n3": "day" },
  });
  expect(condition(day, year)).toMatchObject({
    KeyConditionExpression: "#n0 = :v0 AND #n1 = :v1 AND #n2 < :v2",
  });
  expect(condition(...sort("=", ""), day)).toMatchObject({
    KeyConditionExpression: "#n0 = :v0 AND #n1 = :v1",
  });
  expect(mistakesOf(ask({ mode: "query", partition: ["nl"] }), PLACES)).toEqual({
    "partition 1": "Enter a partition key value.",
  });
});

test("a question of several key attributes comes back from its address", () => {
  const question = ask({
    mode: "query",
    partition: ["nl", ""],
    sort: [...sort("=", "2026"), ...sort("between", "1", "9")],
  });
  expect(fromParameters(toParameters(question))).toEqual(question);
});

test("filters are joined, and every condition has its expression", () => {
  const written = (given: Partial<Filter>) =>
    input({ filters: [filter({ attribute: "size", ...given })] }).FilterExpression;
  expect(written({ condition: "<>" })).toBe("#n0 <> :v0");
  expect(written({ condition: "between" })).toBe("#n0 BETWEEN :v0 AND :v1");
  expect(written({ condition: "exists" })).toBe("attribute_exists(#n0)");
  expect(written({ condition: "not exists" })).toBe("attribute_not_exists(#n0)");
  expect(written({ condition: "contains" })).toBe("contains(#n0, :v0)");
  expect(written({ condition: "not contains" })).toBe("NOT contains(#n0, :v0)");
  expect(written({ condition: "begins with" })).toBe("begins_with(#n0, :v0)");
  expect(written({ condition: "type" })).toBe("attribute_type(#n0, :v0)");
  expect(written({ condition: "size >" })).toBe("size(#n0) > :v0");
  const two = input({
    filters: [filter({ attribute: "a" }), filter({ attribute: "a", type: "N", value: "1" })],
  });
  expect(two).toMatchObject({
    FilterExpression: "#n0 = :v0 AND #n0 = :v1",
    ExpressionAttributeValues: { ":v0": { S: "" }, ":v1": { N: "1" } },
  });
});

test("chosen attributes are read besides the key", () => {
  expect(input({ projection: ["name", "pk"] })).toMatchObject({
    ProjectionExpression: "#n0, #n1, #n2",
    ExpressionAttributeNames: { "#n0": "pk", "#n1": "sk", "#n2": "name" },
  });
});

test("a question comes back from its address as it was", () => {
  const question = ask({
    mode: "query",
    index: "by",
    partition: ["a b&c"],
    sort: sort("between", "1,2", '"3"'),
    descending: true,
    filters: [filter({ attribute: "x=y", condition: "not exists" }), filter({ type: "BOOL", value: "true" })],
    projection: ["one", "two,three"],
    pageSize: 100,
  });
  expect(fromParameters(new URLSearchParams(toParameters(question).toString()))).toEqual(question);
  expect(toParameters(newQuestion()).toString()).toBe("");
});

test("an address that was tampered with asks the usual question", () => {
  const odd = new URLSearchParams("mode=x&sk=[&limit=7&filter=1");
  expect(fromParameters(odd)).toEqual(ask({ filters: [newFilter()] }));
});

test("what is left out is told beside its field", () => {
  expect(mistakesOf(ask({ mode: "query", filters: [newFilter()] }), TABLE)).toEqual({
    "partition 0": "Enter a partition key value.",
    "name 0": "Enter an attribute name.",
  });
});

test("a refusal is put beside the field it is about", () => {
  const question = ask({
    mode: "query",
    partition: ["a"],
    sort: sort("=", "abc"),
    filters: [filter({ attribute: "n", type: "N", value: "xyz" }), filter({ attribute: "pk" })],
  });
  const invalid = (value: string) =>
    `ExpressionAttributeValues contains invalid value: The parameter cannot be converted for key ${value}`;
  expect(placeOf(invalid(":v0"), question, TABLE)).toBe("partition 0");
  expect(placeOf(invalid(":v1"), question, TABLE)).toBe("sort 0");
  expect(placeOf(invalid(":v2"), question, TABLE)).toBe("filter 0");
  const unnamed = "The parameter cannot be converted to a numeric value: xyz";
  expect(placeOf(unnamed, question, TABLE)).toBe("filter 0");
  expect(
    placeOf(
      "Filter Expression can only contain non-primary key attributes: Primary key attribute: pk",
      question,
      TABLE,
    ),
  ).toBe("filter 1");
  expect(placeOf("Rate exceeded", question, TABLE)).toBeUndefined();
});

const QUERY: ReadRequest = {
  operation: "Query",
  input: {
    TableName: "t",
    KeyConditionExpression: "#n0 = :v0",
    ExpressionAttributeNames: { "#n0": "it's" },
    ExpressionAttributeValues: { ":v0": { B: new Uint8Array([1, 2]) } },
    ScanIndexForward: false,
    Limit: 50,
  },
};

test("the aws CLI's command is quoted for the shell", () => {
  expect(asCli(QUERY, PLACE)).toBe(
    [
      "aws dynamodb query",
      "--table-name t",
      "--key-condition-expression '#n0 = :v0'",
      `--expression-attribute-names '{"#n0":"it'"'"'s"}'`,
      `--expression-attribute-values '{":v0":{"B":"AQI="}}'`,
      "--no-scan-index-forward",
      "--limit 50",
      "--region us-east-1",
      "--endpoint-url http://127.0.0.1:8000",
    ].join(" \\\n  "),
  );
});

test("words for the shell are quoted when they need it", () => {
  expect(["plain", "$HOME", "a b", "", "it's"].map(shell)).toEqual([
    "plain",
    "'$HOME'",
    "'a b'",
    "''",
    `'it'"'"'s'`,
  ]);
});

test("boto3's program has Python's words and brings what it imports", () => {
  expect(asBoto3(QUERY, PLACE)).toBe(`import base64

import boto3

dynamodb = boto3.client("dynamodb", region_name="us-east-1", endpoint_url="http://127.0.0.1:8000")
page = dynamodb.query(
    TableName="t",
    KeyConditionExpression="#n0 = :v0",
    ExpressionAttributeNames={"#n0": "it's"},
    ExpressionAttributeValues={":v0": {"B": base64.b64decode("AQI=")}},
    ScanIndexForward=False,
    Limit=50,
)
for item in page["Items"]:
    print(item)
`);
  expect(python({ a: [true, null, 'q"\\\n'] })).toBe('{"a": [True, None, "q\\"\\\\\\n"]}');
});

test("CSV has the key first, quotes what needs it and leaves out what is not there", () => {
  const items: Item[] = [
    { pk: { S: "a,b" }, n: { N: "12345678901234567890" } },
    { pk: { S: 'q"' }, m: { M: { x: { N: "1" } } }, empty: { S: "" } },
  ];
  expect(asCsv(items, ["pk"])).toBe(
    ["pk,empty,m,n", '"a,b",,,12345678901234567890', '"q""","","{""x"":1}",', ""].join("\r\n"),
  );
});

test("JSON lines have an item a line, with every digit", () => {
  expect(asJsonLines([{ pk: { S: "a" }, n: { N: "0.10" } }, { pk: { S: "b" } }])).toBe(
    '{"pk":"a","n":0.10}\n{"pk":"b"}\n',
  );
});
