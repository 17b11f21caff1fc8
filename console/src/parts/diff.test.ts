import { expect, test } from "vitest";
import { changesOnly, differences, pathText } from "./diff";

const kinds = (...given: Parameters<typeof differences>) =>
  differences(...given).map(({ path, kind }) => `${pathText(path)} ${kind}`);

test("attributes are told as added, removed, changed or the same, by name", () => {
  expect(
    kinds(
      { b: { S: "x" }, a: { N: "1" }, d: { BOOL: true } },
      { b: { S: "y" }, a: { N: "1" }, c: { S: "" } },
    ),
  ).toEqual(["a same", "b changed", "c added", "d removed"]);
});

test("the key comes first", () => {
  const item = { a: { S: "1" }, sort: { S: "1" }, part: { S: "1" } };
  expect(kinds(item, item, ["part", "sort"])).toEqual(["part same", "sort same", "a same"]);
});

test("maps and lists on both sides are compared place by place", () => {
  const before = { a: { M: { x: { S: "1" }, y: { L: [{ N: "1" }, { N: "2" }] } } } };
  const after = { a: { M: { x: { S: "2" }, y: { L: [{ N: "1" }, { N: "3" }, { N: "4" }] } } } };
  expect(kinds(before, after)).toEqual(["a.x changed", "a.y[0] same", "a.y[1] changed", "a.y[2] added"]);
});

test("a value of another type is changed, also when it reads the same", () => {
  expect(kinds({ a: { S: "1" } }, { a: { N: "1" } })).toEqual(["a changed"]);
});

test("a set in another order, and a number written otherwise, are the same", () => {
  const before = { set: { NS: ["1", "2"] }, number: { N: "100" }, tags: { SS: ["a", "b"] } };
  const after = { set: { NS: ["2.0", "1"] }, number: { N: "1.00E2" }, tags: { SS: ["b", "a"] } };
  expect(changesOnly(differences(before, after))).toEqual([]);
});

test("a map in another order is the same, an empty map is not a missing one", () => {
  expect(
    kinds({ a: { M: { x: { S: "1" }, y: { S: "2" } } } }, { a: { M: { y: { S: "2" }, x: { S: "1" } } } }),
  ).toEqual(["a same"]);
  expect(kinds({}, { a: { M: {} } })).toEqual(["a added"]);
});

test("without an image on one side, everything was added or removed", () => {
  expect(kinds(undefined, { a: { S: "1" } })).toEqual(["a added"]);
  expect(kinds({ a: { S: "1" } }, undefined)).toEqual(["a removed"]);
});

test("numbers beyond what a double holds are compared to the last digit", () => {
  expect(kinds({ a: { N: "12345678901234567890" } }, { a: { N: "12345678901234567891" } })).toEqual([
    "a changed",
  ]);
});

test("an attribute may be called as something that every object has", () => {
  expect(differences({}, { constructor: { S: "a" } })).toEqual([
    { path: ["constructor"], kind: "added", after: { S: "a" } },
  ]);
});
