import { expect, test } from "vitest";
import { documentOf, functionPolicy, withStatement } from "./policy-document";

const GET = { Effect: "Allow", Action: "dynamodb:GetItem", Resource: "*" };
const PUT = { Effect: "Allow", Action: "dynamodb:PutItem", Resource: "*" };

test("a statement is added behind those that are there", () => {
  expect(JSON.parse(withStatement(documentOf(GET), JSON.stringify(PUT)))).toEqual({
    Version: "2012-10-17",
    Statement: [GET, PUT],
  });
});

test("a document with a single statement gets a list", () => {
  const single = JSON.stringify({ Version: "2008-10-17", Id: "x", Statement: GET });

  expect(JSON.parse(withStatement(single, JSON.stringify(PUT)))).toEqual({
    Version: "2008-10-17",
    Id: "x",
    Statement: [GET, PUT],
  });
});

test("a statement that is there already is not added again", () => {
  expect(withStatement(documentOf(GET), JSON.stringify(GET))).toBe(documentOf(GET));
});

test("the first statement makes the document", () => {
  expect(withStatement("", JSON.stringify(GET))).toBe(documentOf(GET));
});

test("a policy for streams reads each of them and writes logs", () => {
  const made = JSON.parse(functionPolicy(["arn:a", "arn:b"])) as { Statement: { Resource: string }[] };

  expect(made.Statement.map(({ Resource }) => Resource)).toEqual(["arn:a", "arn:b", "*"]);
});
