/** Items as JSON text and back: DynamoDB JSON ({"a": {"N": "1"}}) and plain JSON ({"a": 1}). No digit is lost. */

import {
  type AttributeValue,
  canonicalNumber,
  fromBase64,
  type Item,
  plainData,
  TYPE_NAMES,
  TYPES,
  typed,
} from "./attributes";
import { type JsonData, JsonNumber, type JsonObject, readJson, writeJson } from "./json";

/** JSON that is not an item. The message names the place. */
export class ItemMistake extends Error {
  constructor(path: string, what: string) {
    super(path === "" ? what : `${path}: ${what}`);
    this.name = "NotAnItem";
  }
}

export const typedText = (item: Item) => JSON.stringify(typed(item), null, 2);
export const plainItemText = (item: Item, indent = 2) => writeJson(plainData({ M: item }), indent);

/** The item that DynamoDB JSON writes. `{"Item": …}`, as an export has it, is taken for what it holds. */
export function readTyped(text: string): Item {
  const data = objectOf(readJson(text));
  const wrapped = data.size === 1 ? data.get("Item") : undefined;
  return typedMap(wrapped instanceof Map && !isType([...wrapped.keys()]) ? wrapped : data, "");
}

/**
 * The item that plain JSON writes. JSON has no sets, no binary values and no odd numbers: where `like`, the item as it
 * was, has one and the JSON still fits it, it stays one.
 */
export function readPlain(text: string, like: Item = {}): Item {
  return plainMap(objectOf(readJson(text)), like);
}

/** Whether plain JSON is DynamoDB JSON by its looks: every value is an object with one member called as a type. */
export function looksTyped(text: string): boolean {
  try {
    const data = objectOf(readJson(text));
    return data.size > 0 && [...data.values()].every((one) => one instanceof Map && isType([...one.keys()]));
  } catch {
    return false;
  }
}

const isType = (names: string[]) => names.length === 1 && TYPES.some((type) => type === names[0]);

function objectOf(data: JsonData): JsonObject {
  if (data instanceof Map) {
    return data;
  }
  throw new ItemMistake("", "An item is an object: { … }");
}

function typedMap(data: JsonObject, path: string): Item {
  const inner = (name: string) => (path === "" ? name : `${path}.${name}`);
  return Object.fromEntries([...data].map(([name, value]) => [name, typedValue(value, inner(name))]));
}

function typedValue(data: JsonData, path: string): AttributeValue {
  const members = data instanceof Map ? [...data] : [];
  const [type, value] = members[0] ?? [];
  if (members.length !== 1 || type === undefined || value === undefined || !(type in TYPE_NAMES)) {
    throw new ItemMistake(path, `expected one type and a value, for instance {"S": "text"} or {"N": "1"}`);
  }
  const read = READERS[type as keyof typeof TYPE_NAMES](value, path);
  if (read === undefined) {
    throw new ItemMistake(path, `${type} takes ${TAKES[type as keyof typeof TYPE_NAMES]}`);
  }
  return read;
}

const TAKES: Record<keyof typeof TYPE_NAMES, string> = {
  S: "text in quotes",
  N: 'a number in quotes, for instance {"N": "1"}',
  B: "base64 text in quotes",
  BOOL: "true or false",
  NULL: "true",
  L: "a list of typed values",
  M: "an object of typed values",
  SS: "a list of texts in quotes",
  NS: "a list of numbers in quotes",
  BS: "a list of base64 texts in quotes",
};

type Read = (data: JsonData, path: string) => AttributeValue | undefined;

const READERS: Record<keyof typeof TYPE_NAMES, Read> = {
  S: (data) => (typeof data === "string" ? { S: data } : undefined),
  N: (data) => (typeof data === "string" ? { N: data } : undefined),
  B: (data) => some(bytesOf(data), (B) => ({ B })),
  BOOL: (data) => (typeof data === "boolean" ? { BOOL: data } : undefined),
  NULL: (data) => (data === true ? { NULL: true } : undefined),
  L: (data, path) =>
    Array.isArray(data) ? { L: data.map((one, at) => typedValue(one, `${path}[${at}]`)) } : undefined,
  M: (data, path) => (data instanceof Map ? { M: typedMap(data, path) } : undefined),
  SS: (data) => some(listOf(data, textOf), (SS) => ({ SS })),
  NS: (data) => some(listOf(data, textOf), (NS) => ({ NS })),
  BS: (data) => some(listOf(data, bytesOf), (BS) => ({ BS })),
};

const textOf = (data: JsonData) => (typeof data === "string" ? data : undefined);
const bytesOf = (data: JsonData) => (typeof data === "string" ? fromBase64(data) : undefined);
const some = <In, Out>(value: In | undefined, make: (value: In) => Out) =>
  value === undefined ? undefined : make(value);

function listOf<T>(data: JsonData, read: (one: JsonData) => T | undefined): T[] | undefined {
  const found = Array.isArray(data) ? data.map(read) : [undefined];
  return found.every((one) => one !== undefined) ? (found as T[]) : undefined;
}

function plainMap(data: JsonObject, like: Item): Item {
  return Object.fromEntries([...data].map(([name, value]) => [name, plainValue(value, like[name])]));
}

function plainValue(data: JsonData, like: AttributeValue | undefined): AttributeValue {
  const kept = like === undefined ? undefined : keptType(data, like);
  if (kept !== undefined) return kept;
  if (typeof data === "string") return { S: data };
  if (typeof data === "boolean") return { BOOL: data };
  if (data === null) return { NULL: true };
  if (data instanceof JsonNumber) return { N: data.text };
  if (Array.isArray(data)) return { L: data.map((one, at) => plainValue(one, like?.L?.[at])) };
  return { M: plainMap(data, like?.M ?? {}) };
}

/** The value in a type that plain JSON cannot tell, if that is what stood there before and it still fits. */
function keptType(data: JsonData, like: AttributeValue): AttributeValue | undefined {
  if (like.N !== undefined) return data === like.N ? like : undefined;
  if (like.B !== undefined) return some(bytesOf(data), (B) => ({ B }));
  if (!Array.isArray(data) || (data.length === 0 && like.L !== undefined)) return undefined;
  if (like.SS !== undefined) return some(listOf(data, textOf), (SS) => ({ SS }));
  if (like.BS !== undefined) return some(listOf(data, bytesOf), (BS) => ({ BS }));
  if (like.NS !== undefined) {
    const odd = like.NS;
    const read = (one: JsonData) =>
      one instanceof JsonNumber
        ? one.text
        : odd.find((text) => text === one || canonicalNumber(text) === one);
    return some(listOf(data, read), (NS) => ({ NS }));
  }
  return undefined;
}
