/** DynamoDB's typed values, and how they are told from one another. */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type JsonData, JsonNumber, writeJson } from "./json";

export type { AttributeValue };
export type Item = Record<string, AttributeValue>;

/** An item's attribute of that name, whatever it is called: objects have a `constructor` of their own. */
export const attribute = (item: Item, name: string): AttributeValue | undefined =>
  Object.hasOwn(item, name) ? item[name] : undefined;

/** DynamoDB's types in the order of AWS's console, with its words for them. */
export const TYPE_NAMES = {
  S: "String",
  N: "Number",
  B: "Binary",
  BOOL: "Boolean",
  NULL: "Null",
  L: "List",
  M: "Map",
  SS: "String set",
  NS: "Number set",
  BS: "Binary set",
} as const;

export type AttributeType = keyof typeof TYPE_NAMES;
export const TYPES = Object.keys(TYPE_NAMES) as AttributeType[];

export const typeOf = (value: AttributeValue): string =>
  Object.keys(value).find((key) => key !== "$unknown") ?? "?";

export const typeName = (value: AttributeValue): string =>
  TYPE_NAMES[typeOf(value) as AttributeType] ?? typeOf(value);

/** A value as plain JSON data. Numbers that a double cannot hold stay text; sets become lists. */
export function plain(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.B !== undefined) return base64(value.B);
  if (value.SS !== undefined) return value.SS;
  if (value.NS !== undefined) return value.NS.map(number);
  if (value.BS !== undefined) return value.BS.map(base64);
  if (value.L !== undefined) return value.L.map(plain);
  return plainItem(value.M ?? {});
}

function plainItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

/** A value as plain JSON text: every digit of a number is kept; sets become lists, binary values base64. */
export const plainText = (value: AttributeValue, indent = 0) => writeJson(plainData(value), indent);

/** One line of text for a table's cell. */
export function brief(value: AttributeValue | undefined): string {
  return value === undefined ? "" : (value.S ?? (value.B ? base64(value.B) : plainText(value)));
}

/** DynamoDB JSON, with binary values as base64 text as on the wire. */
export function typed(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, typedValue(value)]));
}

/** Whether two values are the same to DynamoDB: sets have no order, and 1.0 is 1. */
export const sameValue = (one: AttributeValue, other: AttributeValue) => canon(one) === canon(other);

export const sameItem = (one: Item, other: Item) => sameValue({ M: one }, { M: other });

export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** The bytes, or nothing if the text is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

const NUMBER = /^[+-]?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Whether DynamoDB reads this text as a number (its range and precision are the server's to judge). */
export const isNumber = (text: string) => NUMBER.test(text) && /^[+-]?\.?\d/.test(text);

/** The one way to write a number, so that equal numbers are equal texts. */
export function canonicalNumber(text: string): string {
  const [, whole = "", fraction = "", power = "0"] = NUMBER.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  if (!isNumber(text) || kept === "") {
    return isNumber(text) ? "0" : text;
  }
  const exponent = Number(power) - fraction.length + digits.length - kept.length;
  return `${text.startsWith("-") ? "-" : ""}${kept}E${exponent}`;
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const plainNumber = (text: string): JsonData => (JSON_NUMBER.test(text) ? new JsonNumber(text) : text);

export function plainData(value: AttributeValue): JsonData {
  if (value.N !== undefined) return plainNumber(value.N);
  if (value.NS !== undefined) return value.NS.map(plainNumber);
  if (value.L !== undefined) return value.L.map(plainData);
  if (value.M !== undefined)
    return new Map(Object.entries(value.M).map(([name, inner]) => [name, plainData(inner)]));
  if (value.B !== undefined) return base64(value.B);
  if (value.BS !== undefined) return value.BS.map(base64);
  return value.S ?? value.SS ?? value.BOOL ?? null;
}

function canon(value: AttributeValue): string {
  const type = typeOf(value);
  return `${type}:${JSON.stringify(canonical(value))}`;
}

function canonical(value: AttributeValue): unknown {
  if (value.N !== undefined) return canonicalNumber(value.N);
  if (value.NS !== undefined) return value.NS.map(canonicalNumber).sort();
  if (value.SS !== undefined) return [...value.SS].sort();
  if (value.BS !== undefined) return value.BS.map(base64).sort();
  if (value.L !== undefined) return value.L.map(canon);
  if (value.M !== undefined)
    return Object.entries(value.M)
      .map(([name, inner]) => [name, canon(inner)])
      .sort(([one], [other]) => ((one ?? "") < (other ?? "") ? -1 : 1));
  return plain(value);
}

function typedValue(value: AttributeValue): unknown {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(typedValue) };
  if (value.M !== undefined) return { M: typed(value.M) };
  return value;
}

function number(text: string): number | string {
  const parsed = Number(text);
  return canonicalNumber(String(parsed)) === canonicalNumber(text) ? parsed : text;
}
