/** A request as others write it, to be pasted into a terminal or a program. */

import type { AttributeValue, Item } from "../../aws/attributes";
import { base64, typed } from "../../aws/attributes";
import type { ReadRequest } from "../../aws/items";

export interface Place {
  endpoint: string;
  region: string;
}

type Input = Record<string, unknown>;

/** `aws dynamodb scan …` for a POSIX shell. */
export function asCli({ operation, input }: ReadRequest, { endpoint, region }: Place): string {
  const options = Object.entries({ ...input } as Input).map(([name, value]) => cliOption(name, value));
  const words = [
    `aws dynamodb ${operation.toLowerCase()}`,
    ...options,
    `--region ${shell(region)}`,
    `--endpoint-url ${shell(endpoint)}`,
  ];
  return words.join(" \\\n  ");
}

function cliOption(name: string, value: unknown): string {
  const option = name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  if (typeof value === "boolean") {
    return value ? `--${option}` : `--no-${option}`;
  }
  // Given `--limit`, the CLI asks for one page and no more, as the screen does.
  const text = typeof value === "object" ? JSON.stringify(jsonOf(name, value)) : String(value);
  return `--${option} ${shell(text)}`;
}

/** Attribute values hold bytes, which JSON writes as base64. */
const jsonOf = (name: string, value: unknown) =>
  name === "ExpressionAttributeValues" ? typed(value as Item) : value;

/** A word for a POSIX shell, quoted if it needs it. */
export function shell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** A Python program that asks for the page with boto3. */
export function asBoto3({ operation, input }: ReadRequest, { endpoint, region }: Place): string {
  const parameters = Object.entries({ ...input } as Input).map(
    ([name, value]) => `    ${name}=${python(value, 1)},`,
  );
  const body = [
    `dynamodb = boto3.client("dynamodb", region_name=${python(region)}, endpoint_url=${python(endpoint)})`,
    `page = dynamodb.${operation.toLowerCase()}(`,
    ...parameters,
    ")",
    'for item in page["Items"]:',
    "    print(item)",
  ].join("\n");
  const imports = body.includes("base64.b64decode(") ? "import base64\n\nimport boto3" : "import boto3";
  return `${imports}\n\n${body}\n`;
}

/** A value as Python writes it; `level` is how far its lines are indented. */
export function python(value: unknown, level = 0): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return `base64.b64decode("${base64(value)}")`;
  if (Array.isArray(value)) return `[${value.map((one) => python(one, level)).join(", ")}]`;
  const members = Object.entries(value as Record<string, AttributeValue>).map(
    ([name, inner]) => `${JSON.stringify(name)}: ${python(inner, level + 1)}`,
  );
  const line = `{${members.join(", ")}}`;
  if (line.length <= 80 && !line.includes("\n")) {
    return line;
  }
  const margin = "    ".repeat(level + 1);
  return `{\n${members.map((member) => `${margin}${member},\n`).join("")}${"    ".repeat(level)}}`;
}
