import { expect, test } from "vitest";
import type { Item } from "../../aws/attributes";
import { attributeOf, begin, type Editing, inJson, inView, understand } from "./editing";
import type { Key } from "./table-keys";

const ITEM: Item = {
  pk: { S: "a" },
  n: { N: "12345678901234567890" },
  tags: { SS: ["x", "y"] },
  data: { B: new Uint8Array([1]) },
};

const KEYS: Key[] = [{ name: "pk", type: "S" }];

const must = (editing: Editing | undefined): Editing => {
  if (editing === undefined) {
    throw new Error("The view did not change");
  }
  return editing;
};

test("an item goes through all views and comes back as it was", () => {
  const json = must(inView(begin(ITEM, KEYS), "json"));
  const plain = must(inJson(json, false));
  expect(plain.text).toContain('"n": 12345678901234567890');
  expect(plain.text).toContain('"tags": [');
  expect(understand(must(inJson(plain, true))).item).toEqual(ITEM);
  expect(understand(must(inView(plain, "form"))).item).toEqual(ITEM);
});

test("what is changed in plain JSON keeps the types of what is not", () => {
  const plain = must(inJson(must(inView(begin(ITEM, KEYS), "json")), false));
  const changed = { ...plain, text: plain.text.replace('"y"', '"y",\n"z"') };
  expect(understand(changed).item).toEqual({ ...ITEM, tags: { SS: ["x", "y", "z"] } });
});

test("a text that is no item stays as it is, and says why", () => {
  const json = { ...must(inView(begin(ITEM, KEYS), "json")), text: '{"pk": {"S": "a"' };
  expect(inView(json, "form")).toBeUndefined();
  expect(inJson(json, false)).toBeUndefined();
  expect(understand(json).mistake).toMatch("Line 1, column 17");
});

test("a number that is none goes along into JSON and back", () => {
  const form = begin({ pk: { S: "a" }, n: { N: "many" } }, KEYS);
  const plain = must(inJson(must(inView(form, "json")), false));
  expect(plain.text).toContain('"n": "many"');
  expect(understand(must(inView(plain, "form"))).problems?.size).toBe(1);
});

test("the form has a place for the key, also where the JSON lacks it", () => {
  const json = { ...must(inView(begin({}, KEYS), "json")), text: '{"a": {"N": "1"}}' };
  expect(must(inView(json, "form")).drafts.map(({ name }) => name)).toEqual(["pk", "a"]);
});

test("two attributes of one name stay in the form", () => {
  const form = begin(ITEM, KEYS);
  const first = form.drafts[0];
  const twice = { ...form, drafts: first === undefined ? [] : [...form.drafts, { ...first, id: -1 }] };
  expect(inView(twice, "json")).toBeUndefined();
});

test("a refusal's attribute is found in AWS's message", () => {
  const prefix = "One or more parameter values were invalid: ";
  const names = ["pk", "state"];
  expect(attributeOf(`${prefix}Missing the key pk in the item`, names)).toBe("pk");
  expect(attributeOf(`${prefix}Type mismatch for key pk expected: S actual: N`, names)).toBe("pk");
  expect(
    attributeOf(`${prefix}Type mismatch for Index Key state Expected: S Actual: N IndexName: by`, names),
  ).toBe("state");
  expect(attributeOf("Number overflow", names)).toBeUndefined();
});
