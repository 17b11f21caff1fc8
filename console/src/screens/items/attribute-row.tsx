import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { type AttributeType, TYPE_NAMES, TYPES } from "../../aws/attributes";
import { AddAttribute } from "./add-attribute";
import type { Tree } from "./attribute-form";
import { AttributeValueField } from "./attribute-value";
import { type Draft, withType } from "./draft";

const typeOption = (type: AttributeType) => ({ value: type, label: TYPE_NAMES[type] });

interface AttributeRowProps {
  draft: Draft;
  tree: Tree;
  /** How it is called aloud, from the top. */
  label: string;
  /** Which part of the key it is. */
  role?: string;
  /** A key has the type that the table says. */
  typeFixed?: boolean;
  /** A key that cannot change any more. */
  fixed?: boolean;
  refused?: string;
  /** In a list: an element has a place instead of a name. */
  position?: number;
}

/** One attribute: its name, type and value, and what is nested in it below. */
export function AttributeRow(props: AttributeRowProps) {
  const { draft, tree, label, role, typeFixed = false, fixed = false, refused, position } = props;
  const problem = tree.problems.get(draft.id);
  const key = role !== undefined;
  return (
    <fieldset
      data-draft={draft.id}
      aria-label={label}
      style={{ border: 0, margin: 0, padding: 0, minInlineSize: 0 }}
    >
      <div className={position === undefined ? "attribute-row" : "attribute-row unnamed"}>
        {position === undefined ? (
          <FormField errorText={problem?.name}>
            <Input
              value={draft.name}
              readOnly={key}
              ariaLabel={key ? `Name of the ${role} key` : `Name of ${label}`}
              placeholder="Enter attribute name"
              onChange={({ detail }) => tree.change(draft.id, { name: detail.value })}
            />
            {key ? <Box variant="small">{`${role === "sort" ? "Sort" : "Partition"} key`}</Box> : null}
          </FormField>
        ) : (
          <span className="attribute-position">{position}</span>
        )}
        <Select
          selectedOption={typeOption(draft.type)}
          options={TYPES.map(typeOption)}
          disabled={typeFixed || fixed}
          ariaLabel={`Type of ${label}`}
          onChange={({ detail }) =>
            tree.change(draft.id, withType(draft, detail.selectedOption.value as AttributeType))
          }
        />
        <FormField errorText={problem?.value ?? refused} stretch>
          <AttributeValueField
            draft={draft}
            label={label}
            fixed={fixed}
            onChange={(part) => tree.change(draft.id, part)}
          />
        </FormField>
        {key ? (
          <span />
        ) : (
          <Button formAction="none" ariaLabel={`Remove ${label}`} onClick={() => tree.remove(draft.id)}>
            Remove
          </Button>
        )}
      </div>
      {draft.type === "M" || draft.type === "L" ? <Nested draft={draft} tree={tree} label={label} /> : null}
    </fieldset>
  );
}

function Nested({ draft, tree, label }: { draft: Draft; tree: Tree; label: string }) {
  const list = draft.type === "L";
  const what = list ? "element" : "attribute";
  return (
    <div className="attribute-nested attribute-rows">
      {draft.children.map((child, at) => (
        <AttributeRow
          key={child.id}
          draft={child}
          tree={tree}
          label={list ? `${label}[${at}]` : `${label}.${child.name || "new attribute"}`}
          position={list ? at : undefined}
        />
      ))}
      <div>
        <AddAttribute
          text={`Add ${what}`}
          ariaLabel={`Add ${what} to ${label}`}
          onAdd={(type) => tree.add(draft, type)}
        />
      </div>
    </div>
  );
}
