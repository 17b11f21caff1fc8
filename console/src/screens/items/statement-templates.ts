/** Statements to begin with: of this table, with its key. */

import type { Key, Schema } from "./table-keys";
import { keysOf } from "./table-keys";

export interface Template {
  id: string;
  text: string;
  statement: string;
}

export function templatesOf(table: string, schema: Schema): Template[] {
  const keys = keysOf(schema);
  const of = quoted(table);
  const where = keys.map((key) => `${quoted(key.name)} = ${example(key)}`).join(" AND ");
  const members = [...keys.map((key) => `${text(key.name)}: ${example(key)}`), "'attribute': 'value'"];
  return [
    { id: "all", text: "All items", statement: `SELECT * FROM ${of}` },
    { id: "one", text: "Items by key", statement: `SELECT * FROM ${of} WHERE ${where}` },
    { id: "insert", text: "Insert an item", statement: `INSERT INTO ${of} VALUE {${members.join(", ")}}` },
    {
      id: "update",
      text: "Update an item",
      statement: `UPDATE ${of} SET "attribute" = 'value' WHERE ${where}`,
    },
    { id: "delete", text: "Delete an item", statement: `DELETE FROM ${of} WHERE ${where}` },
  ];
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const text = (words: string) => `'${words.replaceAll("'", "''")}'`;
const example = ({ type }: Key) => (type === "N" ? "1" : "'value'");
