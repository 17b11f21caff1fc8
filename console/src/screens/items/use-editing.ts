import { type RefObject, useState } from "react";
import type { Item } from "../../aws/attributes";
import { useFocusWrong } from "../../parts/focus-wrong";
import type { Draft } from "./draft";
import { begin, type Editing, inJson, inView, type Understood, understand } from "./editing";
import type { Problems } from "./problems";
import type { Key } from "./table-keys";

const NONE: Problems = new Map();

export interface ItemEditing {
  editing: Editing;
  understood: Understood;
  /** What is shown beside the attributes, and of the JSON: from the first try to save or to change the view. */
  problems: Problems;
  mistake: string | undefined;
  place: RefObject<HTMLDivElement | null>;
  /** The item, if it can be saved; else its problems show from now on. */
  check: () => Item | undefined;
  setDrafts: (drafts: Draft[]) => void;
  setText: (text: string) => void;
  setView: (view: Editing["view"]) => void;
  setTyped: (typed: boolean) => void;
  takeAsTyped: () => void;
}

export function useEditing(item: Item, keys: Key[]): ItemEditing {
  const [editing, setEditing] = useState(() => begin(item, keys));
  const [strict, setStrict] = useState(0);
  const place = useFocusWrong<HTMLDivElement>(strict > 0 ? strict : undefined);
  const understood = understand(editing);
  const turn = (next: Editing | undefined) => {
    setStrict(next === undefined ? strict + 1 : 0);
    if (next !== undefined) {
      setEditing(next);
    }
  };
  return {
    editing,
    understood,
    place,
    problems: strict > 0 ? (understood.problems ?? NONE) : NONE,
    mistake: strict > 0 ? understood.mistake : undefined,
    check: () => {
      if (understood.item === undefined) {
        setStrict(strict + 1);
      }
      return understood.item;
    },
    setDrafts: (drafts) => setEditing({ ...editing, drafts }),
    setText: (text) => setEditing({ ...editing, text }),
    setView: (view) => turn(inView(editing, view)),
    setTyped: (typed) => turn(inJson(editing, typed)),
    takeAsTyped: () => setEditing({ ...editing, typed: true }),
  };
}
