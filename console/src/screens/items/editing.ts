/** An item being edited: as a form, or as JSON in one of its two ways of writing. What was typed is never lost. */

import type { Item } from "../../aws/attributes";
import { failure } from "../../aws/failure";
import { plainItemText, readPlain, readTyped, typedText } from "../../aws/item-json";
import { type Draft, draftsOf, itemOf, newDraft } from "./draft";
import { type Problems, problemsOf } from "./problems";
import type { Key } from "./table-keys";

export interface Editing {
  view: "form" | "json";
  /** Whether the JSON is DynamoDB JSON. */
  typed: boolean;
  text: string;
  drafts: Draft[];
  /** The item as it was last understood: it tells what plain JSON cannot. */
  known: Item;
  keys: Key[];
}

const namesOf = (keys: Key[]) => keys.map(({ name }) => name);

/** The item's drafts, the key first: also where the item lacks it. */
function draftsWith(item: Item, keys: Key[]): Draft[] {
  const names = namesOf(keys);
  const drafts = draftsOf(item, names);
  const rest = drafts.filter(({ name }) => !names.includes(name));
  const key = keys.map(
    ({ name, type }) => drafts.find((draft) => draft.name === name) ?? newDraft(type, name),
  );
  return [...key, ...rest];
}

export const begin = (item: Item, keys: Key[]): Editing => ({
  view: "form",
  typed: true,
  text: typedText(item),
  drafts: draftsWith(item, keys),
  known: item,
  keys,
});

export type Understood =
  | { item: Item; problems?: undefined; mistake?: undefined }
  | { item?: undefined; problems?: Problems; mistake?: string };

/** The item that is written there, or why it is none: problems of the form's attributes, or the JSON's mistake. */
export function understand(editing: Editing): Understood {
  if (editing.view === "form") {
    const problems = problemsOf(editing.drafts, namesOf(editing.keys));
    return problems.size === 0 ? { item: itemOf(editing.drafts) } : { problems };
  }
  try {
    return { item: editing.typed ? readTyped(editing.text) : readPlain(editing.text, editing.known) };
  } catch (thrown) {
    return { mistake: failure(thrown).message };
  }
}

/**
 * The same in the other view. A form whose names stand for no object (empty, or twice) and a text that is no item stay
 * as they are, and `undefined` says so: their problem is to be shown first. Odd numbers and the like go along.
 */
export function inView(editing: Editing, view: Editing["view"]): Editing | undefined {
  if (view === editing.view) {
    return editing;
  }
  if (view === "form") {
    const { item } = understand(editing);
    return item === undefined
      ? undefined
      : { ...editing, view, known: item, drafts: draftsWith(item, editing.keys) };
  }
  const problems = [...problemsOf(editing.drafts, namesOf(editing.keys)).values()];
  const unwritable = problems.some(({ name, value }) => name !== undefined || /base64/.test(value ?? ""));
  const item = itemOf(editing.drafts);
  return unwritable ? undefined : { ...editing, view, known: item, text: write(item, editing.typed) };
}

/** The JSON written the other way; `undefined` when it is no item as it stands. */
export function inJson(editing: Editing, typed: boolean): Editing | undefined {
  if (typed === editing.typed) {
    return editing;
  }
  const { item } = understand({ ...editing, view: "json" });
  return item === undefined ? undefined : { ...editing, typed, known: item, text: write(item, typed) };
}

const write = (item: Item, typed: boolean) => (typed ? typedText(item) : plainItemText(item));

/** The attribute that a refusal is about, if the message names one of the item's. */
export function attributeOf(message: string, names: string[]): string | undefined {
  const named = [
    /Missing the key (\S+) in the item/,
    /Type mismatch for (?:Index )?[Kk]ey (\S+) [Ee]xpected/,
    /[Kk]ey: ?(\S+?)[.,]?$/,
    /IndexKey: (\S+?)[.,]?$/,
  ];
  const found = named.map((pattern) => pattern.exec(message)?.[1]).find((name) => name !== undefined);
  return found !== undefined && names.includes(found) ? found : undefined;
}
