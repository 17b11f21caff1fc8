import type { AttributeValue, Item } from "../../aws/attributes";
import { typedText } from "../../aws/item-json";
import type { TableDescription } from "../../aws/tables";

export type KeyType = "S" | "N" | "B";

export interface Key {
  name: string;
  type: KeyType;
}

/** The key of a table or an index: at least one attribute chooses the partition, the others are sorted by in order. */
export interface Schema {
  partition: Key[];
  sort: Key[];
}

/** The key of the table, or of one of its indexes; nothing when there is no such index. */
export function schemaOf(table: TableDescription, index = ""): Schema | undefined {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const elements = index === "" ? table.KeySchema : indexes.find((one) => one.IndexName === index)?.KeySchema;
  const keysOfKind = (kind: "HASH" | "RANGE"): Key[] =>
    (elements ?? [])
      .filter(({ KeyType }) => KeyType === kind)
      .map(({ AttributeName: name = "" }) => {
        const type = table.AttributeDefinitions?.find((one) => one.AttributeName === name)?.AttributeType;
        return { name, type: (type ?? "S") as KeyType };
      });
  const partition = keysOfKind("HASH");
  return partition.length === 0 ? undefined : { partition, sort: keysOfKind("RANGE") };
}

export const keysOf = ({ partition, sort }: Schema): Key[] => [...partition, ...sort];

export const keyNames = (table: TableDescription): string[] => {
  const schema = schemaOf(table);
  return schema === undefined ? [] : keysOf(schema).map(({ name }) => name);
};

/** The item's key alone. */
export function keyOf(item: Item, names: string[]): Item {
  const pairs = names.map((name): [string, AttributeValue | undefined] => [name, item[name]]);
  return Object.fromEntries(pairs.filter((pair): pair is [string, AttributeValue] => pair[1] !== undefined));
}

/** The item's key as text: what tells it from every other, and what addresses carry. */
export const keyText = (item: Item, names: string[]): string =>
  JSON.stringify(JSON.parse(typedText(keyOf(item, names))));

export function indexNames(table: TableDescription): string[] {
  const all = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  return all.flatMap(({ IndexName }) => (IndexName === undefined ? [] : [IndexName]));
}
