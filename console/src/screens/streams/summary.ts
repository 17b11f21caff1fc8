/** A change in one line. Pure. */

import { type AttributeValue, brief, type Item } from "../../aws/attributes";
import type { Change } from "../../aws/streams";
import { changesOnly, differences, pathText } from "../../parts/diff";

const SHOWN_MAX = 4;
const VALUE_LENGTH_MAX = 24;

/** The key as people read it: `ada / 2026`. */
export const keyText = (change: Change) =>
  Object.values(change.keys)
    .map((value) => brief(value))
    .join(" / ");

/** What changed in short: `score 1 → 2, + badge`. Empty when the stream's view type does not tell. */
export function summary(change: Change): string {
  const { before, after } = change;
  if (change.event === "MODIFY" && before !== undefined && after !== undefined) {
    return joined(changesOnly(differences(before, after)).map(difference));
  }
  const image = change.event === "REMOVE" ? before : (after ?? before);
  return image === undefined ? "" : joined(attributes(image, Object.keys(change.keys)));
}

/** The attributes of an image with their values, by name. */
const attributes = (image: Item, without: string[]): string[] =>
  Object.keys(image)
    .filter((name) => !without.includes(name))
    .sort()
    .map((name) => `${name} ${short(image[name])}`);

function difference({ path, kind, before, after }: ReturnType<typeof differences>[number]): string {
  const name = pathText(path);
  if (kind === "added") return `+ ${name} ${short(after)}`;
  if (kind === "removed") return `− ${name}`;
  return `${name} ${short(before)} → ${short(after)}`;
}

function joined(parts: string[]): string {
  const more = parts.length - SHOWN_MAX;
  return [...parts.slice(0, SHOWN_MAX), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function short(value: AttributeValue | undefined): string {
  const text = brief(value) || "empty";
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX - 1)}…` : text;
}
