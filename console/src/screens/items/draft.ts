/** An item while it is typed into the form: a tree that also holds what is not valid yet. */

import {
  type AttributeType,
  type AttributeValue,
  base64,
  fromBase64,
  type Item,
  typeOf,
} from "../../aws/attributes";

export interface Draft {
  id: number;
  name: string;
  type: AttributeType;
  /** Of texts, numbers and binary values (base64). */
  text: string;
  flag: boolean;
  /** Of sets. */
  members: { id: number; text: string }[];
  /** Of lists and maps. */
  children: Draft[];
}

let last = 0;

function newId(): number {
  last += 1;
  return last;
}

export const newMember = (text = "") => ({ id: newId(), text });

export const newDraft = (type: AttributeType, name = ""): Draft => ({
  id: newId(),
  name,
  type,
  text: "",
  flag: false,
  members: isSet(type) ? [newMember()] : [],
  children: [],
});

const isSet = (type: AttributeType) => type === "SS" || type === "NS" || type === "BS";

/** The drafts of an item: `first` (its key) in front, whatever order it has then. */
export function draftsOf(item: Item, first: string[] = []): Draft[] {
  const names = [
    ...first.filter((name) => name in item),
    ...Object.keys(item).filter((name) => !first.includes(name)),
  ];
  return names.flatMap((name) => {
    const value = item[name];
    return value === undefined ? [] : [draftOf(name, value)];
  });
}

function draftOf(name: string, value: AttributeValue): Draft {
  const made = newDraft(typeOf(value) as AttributeType, name);
  const members = value.SS ?? value.NS ?? value.BS?.map(base64) ?? [];
  return {
    ...made,
    text: value.S ?? value.N ?? (value.B === undefined ? "" : base64(value.B)),
    flag: value.BOOL ?? false,
    members: members.map(newMember),
    children: value.M !== undefined ? draftsOf(value.M) : (value.L ?? []).map((one) => draftOf("", one)),
  };
}

/** The item as far as the drafts say it: a binary value that is not base64 is empty. See `problemsOf`. */
export function itemOf(drafts: Draft[]): Item {
  return Object.fromEntries(drafts.map((draft) => [draft.name, attributeValue(draft)]));
}

function attributeValue(draft: Draft): AttributeValue {
  const texts = draft.members.map(({ text }) => text);
  switch (draft.type) {
    case "S":
      return { S: draft.text };
    case "N":
      return { N: draft.text };
    case "B":
      return { B: bytes(draft.text) };
    case "BOOL":
      return { BOOL: draft.flag };
    case "NULL":
      return { NULL: true };
    case "SS":
      return { SS: texts };
    case "NS":
      return { NS: texts };
    case "BS":
      return { BS: texts.map(bytes) };
    case "L":
      return { L: draft.children.map(attributeValue) };
    case "M":
      return { M: itemOf(draft.children) };
  }
}

const bytes = (text: string) => fromBase64(text) ?? new Uint8Array();

type Change = (draft: Draft) => Draft | undefined;

/** The tree with one draft changed, or taken out if `change` answers nothing. */
export function withDraft(drafts: Draft[], id: number, change: Change): Draft[] {
  return drafts.flatMap((draft) => {
    if (draft.id === id) {
      return change(draft) ?? [];
    }
    if (draft.children.length === 0) {
      return draft;
    }
    return { ...draft, children: withDraft(draft.children, id, change) };
  });
}

/** The draft in another type; what was typed goes along where it can. */
export function withType(draft: Draft, type: AttributeType): Draft {
  const text = draft.text === "" ? (draft.members[0]?.text ?? "") : draft.text;
  const members = isSet(type) && draft.members.length === 0 ? [newMember(text)] : draft.members;
  return { ...draft, type, text, members };
}
