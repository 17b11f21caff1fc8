import { expect, test } from "vitest";
import { type Item, isNumber, plainText, sameValue } from "./attributes";
import { looksTyped, plainItemText, readPlain, readTyped, typedText } from "./item-json";

const EVERY_TYPE: Item = {
  s: { S: 'a "quoted" text\n' },
  n: { N: "12345678901234567890.123456789012345678" },
  b: { B: new Uint8Array([0, 255, 7]) },
  bool: { BOOL: false },
  nothing: { NULL: true },
  l: { L: [{ S: "x" }, { N: "1E+100" }, { NS: ["1", "2"] }] },
  m: { M: { inner: { SS: ["a", "b"] }, empty: { M: {} } } },
  ss: { SS: ["a"] },
  ns: { NS: ["1", "99999999999999999999"] },
  bs: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
};

test("DynamoDB JSON is read back as it was, every type and every digit", () => {
  expect(readTyped(typedText(EVERY_TYPE))).toEqual(EVERY_TYPE);
});

test("plain JSON is read back as it was when the item before is known", () => {
  expect(readPlain(plainItemText(EVERY_TYPE), EVERY_TYPE)).toEqual(EVERY_TYPE);
});

test("plain JSON keeps the digits that a double loses, and how they are written", () => {
  const text = '{"a":12345678901234567890,"b":0.10,"c":1e400}';
  expect(readPlain(text)).toEqual({
    a: { N: "12345678901234567890" },
    b: { N: "0.10" },
    c: { N: "1e400" },
  });
  expect(plainItemText(readPlain(text), 0)).toBe(text);
});

test("plain JSON alone gives lists, maps and texts", () => {
  expect(readPlain('{"a": ["x", null, {"b": true}]}')).toEqual({
    a: { L: [{ S: "x" }, { NULL: true }, { M: { b: { BOOL: true } } }] },
  });
});

test("what was a set and no longer fits one is what JSON says", () => {
  expect(readPlain('{"a": ["x", 1]}', { a: { SS: ["x"] } })).toEqual({ a: { L: [{ S: "x" }, { N: "1" }] } });
  expect(readPlain('{"a": "5"}', { a: { N: "5" } })).toEqual({ a: { N: "5" } });
  expect(readPlain('{"a": "6"}', { a: { N: "5" } })).toEqual({ a: { S: "6" } });
});

test("the item of the article is read, also as an export wraps it", () => {
  const item = { JansPartition: { S: "hello world" } };
  expect(readTyped('{"JansPartition": {"S": "hello world"}}')).toEqual(item);
  expect(readTyped('{"Item": {"JansPartition": {"S": "hello world"}}}')).toEqual(item);
  expect(readTyped('{"Item": {"S": "mine"}}')).toEqual({ Item: { S: "mine" } });
});

test("what is not typed is told with its place", () => {
  expect(() => readTyped('{"a": {"M": {"b": {"N": 5}}}}')).toThrow("a.b: N takes a number in quotes");
  expect(() => readTyped('{"a": "x"}')).toThrow("a: expected one type and a value");
  expect(() => readTyped('{"a": {"L": [{"X": "1"}]}}')).toThrow("a[0]: expected one type");
  expect(() => readTyped("[]")).toThrow("An item is an object");
});

test("what is not JSON is told with its line and column", () => {
  expect(() => readTyped('{\n  "a": {"S": "x"},\n}')).toThrow("Line 3, column 1");
  expect(() => readPlain('{"a": 1, "a": 2}')).toThrow('"a" stands twice');
  expect(() => readPlain('{"a": 01}')).toThrow("Line 1, column 8");
  expect(() => readPlain('{"a": "x}')).toThrow("Line 1, column 7");
});

test("plain JSON that looks like DynamoDB JSON is recognised", () => {
  expect(looksTyped('{"a": {"S": "x"}, "b": {"N": "1"}}')).toBe(true);
  expect([looksTyped('{"a": {"S": "x"}, "b": 1}'), looksTyped("{}"), looksTyped("{")]).toEqual([
    false,
    false,
    false,
  ]);
});

test("an attribute may have the name of what every object inherits", () => {
  const item = readPlain('{"__proto__": 1, "toString": "x"}');
  expect(plainItemText(item, 0)).toBe('{"__proto__":1,"toString":"x"}');
});

test("numbers are numbers as DynamoDB reads them", () => {
  expect(["1", "-0.5", ".5", "+1e-3", "00012"].map(isNumber)).toEqual([true, true, true, true, true]);
  expect(["", ".", "1.2.3", "abc", "0x1", "1e", "Infinity", " 1"].some(isNumber)).toBe(false);
});

test("equal numbers are the same value however they are written", () => {
  expect(sameValue({ N: "0.10" }, { N: "1e-1" })).toBe(true);
  expect(sameValue({ N: "-0" }, { N: "0.000" })).toBe(true);
  expect(sameValue({ N: "1" }, { N: "-1" })).toBe(false);
  expect(plainText({ NS: ["1", "2.50"] })).toBe("[1,2.50]");
});
