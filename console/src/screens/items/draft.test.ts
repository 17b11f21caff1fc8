import { expect, test } from "vitest";
import type { AttributeType, Item } from "../../aws/attributes";
import { type Draft, draftsOf, itemOf, newDraft, newMember, withDraft, withType } from "./draft";
import { problemsOf } from "./problems";

const draft = (type: AttributeType, name: string, rest: Partial<Draft> = {}): Draft => ({
  ...newDraft(type, name),
  ...rest,
});
const messages = (drafts: Draft[], keys: string[] = []) =>
  [...problemsOf(drafts, keys).values()].map(({ name, value }) => name ?? value);

test("an item of every type comes back from its drafts as it was", () => {
  const item: Item = {
    pk: { S: "a" },
    n: { N: "1.10" },
    b: { B: new Uint8Array([1, 2]) },
    bool: { BOOL: true },
    nothing: { NULL: true },
    l: { L: [{ M: { x: { SS: ["a", "b"] } } }] },
    ns: { NS: ["1"] },
    bs: { BS: [new Uint8Array([3])] },
  };
  expect(itemOf(draftsOf(item))).toEqual(item);
});

test("the key comes first", () => {
  const item: Item = { a: { S: "1" }, sk: { S: "1" }, pk: { S: "1" } };
  expect(draftsOf(item, ["pk", "sk"]).map(({ name }) => name)).toEqual(["pk", "sk", "a"]);
});

test("a draft deep in the tree is changed and removed", () => {
  const drafts = draftsOf({ m: { M: { x: { S: "1" }, y: { S: "2" } } } });
  const [x, y] = drafts[0]?.children ?? [];
  const changed = withDraft(drafts, x?.id ?? 0, (one) => ({ ...one, text: "new" }));
  expect(itemOf(withDraft(changed, y?.id ?? 0, () => undefined))).toEqual({ m: { M: { x: { S: "new" } } } });
});

test("what was typed goes along into another type and back", () => {
  const number = withType(draft("S", "a", { text: "5" }), "N");
  expect(itemOf([number])).toEqual({ a: { N: "5" } });
  expect(itemOf([withType(number, "NS")])).toEqual({ a: { NS: ["5"] } });
  expect(itemOf([withType(withType(number, "NS"), "S")])).toEqual({ a: { S: "5" } });
});

test("what is no number, no base64 or no set is told", () => {
  const members = [newMember("1"), newMember("1.0")];
  expect(messages([draft("N", "a", { text: "abc" })])).toEqual(["abc is not a number."]);
  expect(messages([draft("N", "a")])).toEqual(["Enter a number."]);
  expect(messages([draft("B", "a", { text: "%" })])[0]).toMatch("base64");
  expect(messages([draft("SS", "a", { members: [] })])).toEqual(["A set has at least one member."]);
  expect(messages([draft("NS", "a", { members })])).toEqual(["1.0 is in this set twice."]);
});

test("an empty key, an empty name and a name that is taken are told", () => {
  expect(messages([draft("S", "pk")], ["pk"])).toEqual(["A key attribute must not be empty."]);
  expect(messages([draft("S", "")])).toEqual(["Enter an attribute name."]);
  expect(messages([draft("S", "a"), draft("S", "a")])[0]).toMatch("already an attribute called a");
});

test("elements of a list need no names, and a nested attribute called as the key may be empty", () => {
  const nested = draft("M", "m", { children: [draft("S", "pk")] });
  const list = draft("L", "l", { children: [draft("S", ""), draft("S", "")] });
  expect(messages([nested, list], ["pk"])).toEqual([]);
});
