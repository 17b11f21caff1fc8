/** Items as files. */

import { type AttributeValue, brief, type Item } from "../../aws/attributes";
import { plainItemText } from "../../aws/item-json";

/** All attributes of the items: the key first, then by name. */
export function attributeNames(items: Item[], keys: string[]): string[] {
  const all = new Set(items.flatMap((item) => Object.keys(item)));
  return [...keys, ...[...all].filter((name) => !keys.includes(name)).sort()];
}

/** One item a line, as plain JSON. */
export const asJsonLines = (items: Item[]) => items.map((item) => `${plainItemText(item, 0)}\n`).join("");

/** Comma separated values (RFC 4180): texts and numbers as they are, everything else as JSON. */
export function asCsv(items: Item[], keys: string[]): string {
  const names = attributeNames(items, keys);
  const rows = [names.map(quoted), ...items.map((item) => names.map((name) => cell(item[name])))];
  return rows.map((row) => `${row.join(",")}\r\n`).join("");
}

const cell = (value: AttributeValue | undefined) => (value === undefined ? "" : quoted(brief(value)));
const quoted = (text: string) => (/[",\r\n]|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Let the browser keep `text` as a file. */
export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** Put `text` on the clipboard, also where the page is not served over HTTPS and browsers keep theirs closed. */
export async function copy(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
