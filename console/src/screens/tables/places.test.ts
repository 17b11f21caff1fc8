import { expect, test } from "vitest";
import { newIndex, newTable } from "./draft";
import { placesOfIndex, placesOfTable } from "./places";

const SHORT = "failed to satisfy constraint: Member must have length greater than or equal to 1";

test("one violation keeps AWS's whole message beside its field", () => {
  const message = `1 validation error detected: Value 'a b' at 'tableName' ${SHORT}`;

  expect(placesOfTable(message, newTable())).toEqual({ name: message });
});

test("several violations go each to its field", () => {
  const message =
    `3 validation errors detected: Value '' at 'attributeDefinitions.1.member.attributeName' ${SHORT}; ` +
    `Value 'a; b' at 'tableName' ${SHORT}; Value '' at 'keySchema.1.member.attributeName' ${SHORT}`;

  expect(placesOfTable(message, newTable())).toEqual({
    name: `Value 'a; b' at 'tableName' ${SHORT}`,
    partitionKey: `Value '' at 'keySchema.1.member.attributeName' ${SHORT}`,
  });
});

test("a violation within an index goes to the fields of that index, whatever other kinds stand before it", () => {
  const draft = { ...newTable(), indexes: [newIndex("local", 4), newIndex("global", 7)] };
  const message = `1 validation error detected: Value '' at 'globalSecondaryIndexes.1.member.indexName' ${SHORT}`;

  expect(placesOfTable(message, draft)).toEqual({ "indexes.7.name": message });
});

test("sentences that name no parameter still find their field", () => {
  const draft = newTable();

  expect(placesOfTable("Table already exists: orders", draft)).toHaveProperty("name");
  expect(
    placesOfTable("Both the Hash Key and the Range Key element in the KeySchema have the same name", draft),
  ).toHaveProperty("sortKey");
  expect(placesOfTable("Given value 1 for ReadCapacityUnits is out of bounds", draft)).toHaveProperty(
    "readUnits",
  );
});

test("of two indexes of one name the second is told", () => {
  const twice = [newIndex("global", 1), newIndex("global", 2)].map((index) => ({ ...index, name: "same" }));
  const message = "One or more parameter values were invalid: Duplicate index name: same";

  expect(placesOfTable(message, { ...newTable(), indexes: twice })).toEqual({ "indexes.2.name": message });
});

test("a message about no field has no place", () => {
  expect(placesOfTable("User is not authorized", newTable())).toEqual({});
});

test("an index that is added is told of beside its own fields", () => {
  const message = `1 validation error detected: Value '' at 'globalSecondaryIndexUpdates.1.member.create.keySchema.1.member.attributeName' ${SHORT}`;

  expect(placesOfIndex(message, newIndex("global", 1))).toEqual({ "indexes.1.partitionKey": message });
});
