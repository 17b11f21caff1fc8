/** Beside which field of a form what AWS says of its request belongs. */

import { globalIndexes, type IndexDraft, localIndexes, type TableDraft } from "./draft";

/** Messages by place: `name`, `partitionKey`, `indexes.3.name`; indexes by their draft's id. */
export type Places = Record<string, string>;

export const indexPlace = (id: number, field: string) => `indexes.${id}.${field}`;

type Told = [place: string, message: string];

/** Of CreateTable's answer. Empty when the message is about no field. */
export function placesOfTable(message: string, draft: TableDraft): Places {
  const told = violations(message);
  const found: Told[] =
    told.length > 0
      ? told.flatMap(([path, words]) => placed(tablePlace(path, draft), words))
      : placed(tableSentence(message, draft), message);
  return first(found);
}

/** Of the answer to UpdateTable that adds `draft`. */
export function placesOfIndex(message: string, draft: IndexDraft): Places {
  const told = violations(message);
  const found: Told[] =
    told.length > 0
      ? told.flatMap(([path, words]) =>
          placed(indexPathPlace(path.replace(/^.*\.create\./, ""), draft), words),
        )
      : placed(indexSentence(message, [draft]), message);
  return first(found);
}

/** Path and message of each violation of a model's constraint. One alone keeps AWS's whole message. */
function violations(message: string): Told[] {
  const list = /^(\d+) validation errors? detected: (.*)$/s.exec(message);
  if (list === null) {
    return [];
  }
  const words = (list[2] ?? "").split(/; (?=Value )/);
  return words.flatMap((one) => {
    const path = /at '([\w.]+)' failed to satisfy/.exec(one)?.[1];
    return path === undefined ? [] : [[path, words.length === 1 ? message : one] as Told];
  });
}

const TABLE_PATHS: [RegExp, string][] = [
  [/^tableName/, "name"],
  [/^keySchema\.1\./, "partitionKey"],
  [/^keySchema\.2\./, "sortKey"],
  [/^provisionedThroughput\.readCapacityUnits/, "readUnits"],
  [/^provisionedThroughput\.writeCapacityUnits/, "writeUnits"],
  [/^timeToLiveSpecification\.attributeName/, "ttlAttribute"],
];

function tablePlace(path: string, draft: TableDraft): string | undefined {
  const simple = TABLE_PATHS.find(([pattern]) => pattern.test(path))?.[1];
  if (simple !== undefined) {
    return simple;
  }
  const tag = /^tags\.(\d+)\.member\.(key|value)/.exec(path);
  if (tag !== null) {
    return `tags.${Number(tag[1]) - 1}.${tag[2]}`;
  }
  const nested = /^(global|local)SecondaryIndexes\.(\d+)\.member\.(.*)$/.exec(path);
  const indexes = nested?.[1] === "global" ? globalIndexes(draft) : localIndexes(draft);
  const index = nested === null ? undefined : indexes[Number(nested[2]) - 1];
  return index === undefined ? undefined : indexPathPlace(nested?.[3] ?? "", index);
}

const INDEX_PATHS: [RegExp, string][] = [
  [/^indexName/, "name"],
  [/^keySchema\.1\./, "partitionKey"],
  [/^keySchema\.2\./, "sortKey"],
  [/^projection/, "attributes"],
  [/readCapacityUnits/, "readUnits"],
  [/writeCapacityUnits/, "writeUnits"],
];

function indexPathPlace(path: string, index: IndexDraft): string | undefined {
  const field = INDEX_PATHS.find(([pattern]) => pattern.test(path))?.[1];
  return field === undefined ? undefined : indexPlace(index.id, field);
}

const TABLE_SENTENCES: [RegExp, string][] = [
  [/^Table already exists|^TableName must /, "name"],
  [/for ReadCapacityUnits is out of bounds/, "readUnits"],
  [/for WriteCapacityUnits is out of bounds/, "writeUnits"],
  [
    /Table KeySchema does not have a range key|Hash Key and the Range Key element|key attribute have no definition/,
    "sortKey",
  ],
  [/TimeToLive/, "ttlAttribute"],
];

function tableSentence(message: string, draft: TableDraft): string | undefined {
  return (
    TABLE_SENTENCES.find(([pattern]) => pattern.test(message))?.[1] ?? indexSentence(message, draft.indexes)
  );
}

function indexSentence(message: string, indexes: IndexDraft[]): string | undefined {
  if (/NonKeyAttributes is not specified/.test(message)) {
    const empty = indexes.find((index) => index.projection === "INCLUDE" && index.attributes.trim() === "");
    return empty === undefined ? undefined : indexPlace(empty.id, "attributes");
  }
  const range = /does not have a range key for index: (\S+)/.exec(message)?.[1];
  const named = /index which already exists: (\S+)|Duplicate index name: (\S+)|TableName must .*index/.exec(
    message,
  );
  const name = range ?? named?.[1] ?? named?.[2];
  const same = indexes.filter((index) => index.name === name);
  const last = same[same.length - 1];
  return last === undefined ? undefined : indexPlace(last.id, range === undefined ? "name" : "sortKey");
}

const placed = (place: string | undefined, message: string): Told[] =>
  place === undefined ? [] : [[place, message]];

/** A field shows what was said of it first. */
const first = (told: Told[]): Places => Object.fromEntries([...told].reverse());
