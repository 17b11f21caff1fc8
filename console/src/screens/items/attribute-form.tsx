import { useEffect, useRef, useState } from "react";
import type { AttributeType } from "../../aws/attributes";
import { AddAttribute } from "./add-attribute";
import { AttributeRow } from "./attribute-row";
import { type Draft, newDraft, withDraft } from "./draft";
import type { Problems } from "./problems";
import type { Key } from "./table-keys";
import "./attribute-form.css";

interface AttributeFormProps {
  drafts: Draft[];
  keys: Key[];
  /** Whether the key is the item's for good. */
  fixed: boolean;
  problems: Problems;
  /** AWS's message about an attribute, by its name. */
  refused: Record<string, string>;
  onChange: (drafts: Draft[]) => void;
}

/** What every row can do to the tree. */
export interface Tree {
  problems: Problems;
  change: (id: number, part: Partial<Draft>) => void;
  remove: (id: number) => void;
  add: (parent: Draft, type: AttributeType) => void;
}

/** The item as a tree of attributes. A new one gets the cursor. */
export function AttributeForm({ drafts, keys, fixed, problems, refused, onChange }: AttributeFormProps) {
  const place = useRef<HTMLDivElement>(null);
  const [added, setAdded] = useState<number>();
  useEffect(() => {
    if (added !== undefined) {
      place.current
        ?.querySelector<HTMLElement>(`[data-draft="${added}"] input, [data-draft="${added}"] textarea`)
        ?.focus();
    }
  }, [added]);
  const tree: Tree = {
    problems,
    change: (id, part) => onChange(withDraft(drafts, id, (draft) => ({ ...draft, ...part }))),
    remove: (id) => onChange(withDraft(drafts, id, () => undefined)),
    add: (parent, type) => {
      const made = newDraft(type);
      onChange(withDraft(drafts, parent.id, (draft) => ({ ...draft, children: [...draft.children, made] })));
      setAdded(made.id);
    },
  };
  const append = (type: AttributeType) => {
    const made = newDraft(type);
    onChange([...drafts, made]);
    setAdded(made.id);
  };
  // By place: while its name is typed anew, another attribute may be called as the key for a moment.
  const keyOf = (draft: Draft, at: number) =>
    at < keys.length ? keys.findIndex(({ name }) => name === draft.name) : -1;
  return (
    <div ref={place} className="attribute-rows">
      <div className="attribute-row attribute-heads" aria-hidden="true">
        <span>Attribute name</span>
        <span>Type</span>
        <span>Value</span>
      </div>
      {drafts.map((draft, at) => (
        <AttributeRow
          key={draft.id}
          draft={draft}
          tree={tree}
          label={draft.name || "new attribute"}
          role={["partition", "sort"][keyOf(draft, at)]}
          typeFixed={keys[keyOf(draft, at)]?.type === draft.type}
          fixed={fixed && keyOf(draft, at) >= 0}
          refused={refused[draft.name]}
        />
      ))}
      <div>
        <AddAttribute text="Add new attribute" onAdd={append} />
      </div>
    </div>
  );
}
