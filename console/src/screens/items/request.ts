/** A question as the request that asks it. Every name and value goes through a placeholder: no word is reserved. */

import { type AttributeValue, fromBase64, type Item } from "../../aws/attributes";
import type { ReadRequest } from "../../aws/items";
import type { Condition, Filter, Question } from "./question";
import { countingSorts, takesTypedValue } from "./question";
import { type Key, keysOf, type Schema } from "./table-keys";

/** How many items one request looks at when few of them may pass the filters. */
const FILTERED_LIMIT = 1000;

class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Item = {};
  /** The field that each value was typed into. */
  readonly fields: Record<string, string> = {};
  field = "";

  name(name: string): string {
    const known = Object.entries(this.names).find(([, one]) => one === name)?.[0];
    const placeholder = known ?? `#n${Object.keys(this.names).length}`;
    this.names[placeholder] = name;
    return placeholder;
  }

  value(value: AttributeValue): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    this.fields[placeholder] = this.field;
    return placeholder;
  }
}

/** `table` is the table's own key: it is always read, as an item is known by it. */
export const requestOf = (name: string, question: Question, table: Schema, schema: Schema): ReadRequest =>
  written(name, question, table, schema).request;

function written(name: string, question: Question, table: Schema, schema: Schema) {
  const places = new Placeholders();
  const key = question.mode === "query" ? keyCondition(question, schema, places) : undefined;
  const filters = question.filters.map((filter, at) => {
    places.field = `filter ${at}`;
    return filterText(filter, places);
  });
  const attributes = [...new Set([...keysOf(table).map((one) => one.name), ...question.projection])];
  const projection = question.projection.length === 0 ? [] : attributes.map((one) => places.name(one));
  const request: ReadRequest = {
    operation: question.mode === "query" ? "Query" : "Scan",
    input: {
      TableName: name,
      ...(question.index === "" ? {} : { IndexName: question.index }),
      ...(key === undefined ? {} : { KeyConditionExpression: key }),
      ...(filters.length === 0 ? {} : { FilterExpression: filters.join(" AND ") }),
      ...(projection.length === 0 ? {} : { ProjectionExpression: projection.join(", ") }),
      ...(Object.keys(places.names).length === 0 ? {} : { ExpressionAttributeNames: places.names }),
      ...(Object.keys(places.values).length === 0 ? {} : { ExpressionAttributeValues: places.values }),
      ...(question.mode === "query" && question.descending ? { ScanIndexForward: false } : {}),
      Limit: filters.length === 0 ? question.pageSize : Math.max(FILTERED_LIMIT, question.pageSize),
    },
  };
  return { request, fields: places.fields };
}

function keyCondition(question: Question, { partition, sort }: Schema, places: Placeholders): string {
  const equal = partition.map((key, at) => {
    places.field = `partition ${at}`;
    return `${places.name(key.name)} = ${places.value(keyValue(key, question.partition[at] ?? ""))}`;
  });
  const sorted = countingSorts(question.sort.slice(0, sort.length)).map(({ operator, value, other }, at) => {
    const key = sort[at] as Key;
    places.field = `sort ${at}`;
    const [first, last] = [keyValue(key, value), keyValue(key, other)];
    return comparison(operator, places.name(key.name), first, last, places);
  });
  return [...equal, ...sorted].join(" AND ");
}

const keyValue = ({ type }: Key, text: string) => attributeValue(type, text);

function filterText({ attribute, type, condition, value, other }: Filter, places: Placeholders): string {
  const name = places.name(attribute);
  if (condition === "exists") return `attribute_exists(${name})`;
  if (condition === "not exists") return `attribute_not_exists(${name})`;
  if (condition === "type") return `attribute_type(${name}, ${places.value({ S: value })})`;
  if (condition.startsWith("size ")) {
    return `size(${name}) ${condition.slice(5)} ${places.value({ N: value })}`;
  }
  return comparison(condition, name, attributeValue(type, value), attributeValue(type, other), places);
}

function comparison(
  condition: Condition,
  name: string,
  value: AttributeValue,
  other: AttributeValue,
  places: Placeholders,
): string {
  const first = places.value(value);
  switch (condition) {
    case "between":
      return `${name} BETWEEN ${first} AND ${places.value(other)}`;
    case "begins with":
      return `begins_with(${name}, ${first})`;
    case "contains":
      return `contains(${name}, ${first})`;
    case "not contains":
      return `NOT contains(${name}, ${first})`;
    default:
      return `${name} ${condition} ${first}`;
  }
}

function attributeValue(type: string, text: string): AttributeValue {
  if (type === "N") return { N: text };
  if (type === "B") return { B: fromBase64(text) ?? new Uint8Array() };
  if (type === "BOOL") return { BOOL: text === "true" };
  if (type === "NULL") return { NULL: true };
  return { S: text };
}

export type Mistakes = Record<string, string>;

/** What only this side can see: nothing where something must be, and what is not base64. By field. */
export function mistakesOf(question: Question, schema: Schema): Mistakes {
  const found: Mistakes = {};
  const base64 = (place: string, type: string, text: string) => {
    if (type === "B" && fromBase64(text) === undefined) {
      found[place] = "Binary values are written in base64, and this is not.";
    }
  };
  if (question.mode === "query") {
    schema.partition.forEach(({ type }, at) => {
      const text = question.partition[at] ?? "";
      if (text === "") {
        found[`partition ${at}`] = "Enter a partition key value.";
      }
      base64(`partition ${at}`, type, text);
    });
    schema.sort.forEach(({ type }, at) => {
      base64(`sort ${at}`, type, question.sort[at]?.value ?? "");
    });
  }
  question.filters.forEach((filter, at) => {
    if (filter.attribute === "") {
      found[`name ${at}`] = "Enter an attribute name.";
    }
    if (takesTypedValue(filter.condition)) {
      base64(`filter ${at}`, filter.type, filter.value);
    }
  });
  return found;
}

function fieldOfNumber(number: string, question: Question, schema: Schema): string | undefined {
  const { request, fields } = written("", question, schema, schema);
  const values = Object.entries(request.input.ExpressionAttributeValues ?? {});
  const placeholder = values.find(([, value]) => value.N === number)?.[0];
  return placeholder === undefined ? undefined : fields[placeholder];
}

/** The field that the server's refusal is about: the message names the value's placeholder, its number, or the attribute. */
export function placeOf(message: string, question: Question, schema: Schema): string | undefined {
  const placeholder = /(:v\d+)\b/.exec(message)?.[1];
  if (placeholder !== undefined) {
    return written("", question, schema, schema).fields[placeholder];
  }
  const number = /numeric value: (.*)$/.exec(message)?.[1];
  if (number !== undefined) {
    return fieldOfNumber(number, question, schema);
  }
  const named = /(?:attribute|[Kk]ey|AttributeName):? (\S+?)[.,]?$/.exec(message)?.[1];
  const filter = question.filters.findIndex((one) => one.attribute === named);
  if (filter >= 0) {
    return `filter ${filter}`;
  }
  const fieldsOf = (keys: Key[], kind: string) => keys.map(({ name }, at) => [name, `${kind} ${at}`]);
  const fields: Record<string, string> = Object.fromEntries([
    ...fieldsOf(schema.sort, "sort"),
    ...fieldsOf(schema.partition, "partition"),
  ]);
  return question.mode === "query" && named !== undefined ? fields[named] : undefined;
}
