/** DynamoDB's typed values as people read them. */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type { AttributeValue };
export type Item = Record<string, AttributeValue>;

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

export function plainItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

/** One line of text for a table's cell. */
export function brief(value: AttributeValue | undefined): string {
  if (value === undefined) return "";
  const shown = plain(value);
  return typeof shown === "string" ? shown : JSON.stringify(shown);
}

export const typeOf = (value: AttributeValue): string =>
  Object.keys(value).find((key) => key !== "$unknown") ?? "?";

/** DynamoDB JSON, with binary values as base64 text as on the wire. */
export function typed(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, typedValue(value)]));
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
  return String(parsed) === text || Number.isSafeInteger(parsed) ? parsed : text;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
