import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { type Draft, newMember } from "./draft";

interface AttributeValueFieldProps {
  draft: Draft;
  label: string;
  fixed: boolean;
  onChange: (part: Partial<Draft>) => void;
}

const BOOLEANS = [
  { value: "true", label: "True" },
  { value: "false", label: "False" },
];
const HINTS: Record<string, string> = {
  S: "Empty value",
  N: "Enter a number",
  B: "Enter base64 text",
};
/** Texts longer than this, and those of several lines, get more room. */
const LINE_MAX = 80;

/** Where the value is typed, by its type. */
export function AttributeValueField({ draft, label, fixed, onChange }: AttributeValueFieldProps) {
  const ariaLabel = `Value of ${label}`;
  switch (draft.type) {
    case "NULL":
      return <Input value="" disabled ariaLabel={ariaLabel} placeholder="null" />;
    case "BOOL":
      return (
        <Select
          selectedOption={BOOLEANS.find(({ value }) => value === String(draft.flag)) ?? null}
          options={BOOLEANS}
          ariaLabel={ariaLabel}
          onChange={({ detail }) => onChange({ flag: detail.selectedOption.value === "true" })}
        />
      );
    case "L":
    case "M":
      return <Count draft={draft} />;
    case "SS":
    case "NS":
    case "BS":
      return <Members draft={draft} label={label} onChange={onChange} />;
    default:
      return <TextField draft={draft} ariaLabel={ariaLabel} fixed={fixed} onChange={onChange} />;
  }
}

function TextField({
  draft,
  ariaLabel,
  fixed,
  onChange,
}: Omit<AttributeValueFieldProps, "label"> & { ariaLabel: string }) {
  const props = {
    value: draft.text,
    ariaLabel,
    readOnly: fixed,
    placeholder: HINTS[draft.type] ?? "",
    onChange: ({ detail }: { detail: { value: string } }) => onChange({ text: detail.value }),
  };
  // Decided once: a field that changes while somebody types in it loses the cursor.
  const [roomy] = useState(draft.text.length > LINE_MAX || draft.text.includes("\n"));
  return draft.type === "S" && roomy ? (
    <Textarea {...props} rows={Math.min(8, Math.max(2, Math.ceil(draft.text.length / LINE_MAX)))} />
  ) : (
    <Input {...props} />
  );
}

function Count({ draft }: { draft: Draft }) {
  const many = draft.children.length;
  const what = draft.type === "L" ? "element" : "attribute";
  return (
    <Box padding={{ top: "xxs" }} color="text-body-secondary">
      {many === 0 ? "Empty" : `${many} ${what}${many === 1 ? "" : "s"}`}
    </Box>
  );
}

function Members({ draft, label, onChange }: Omit<AttributeValueFieldProps, "fixed">) {
  return (
    <div>
      {draft.members.map((member, at) => (
        <div className="attribute-member" key={member.id}>
          <Input
            value={member.text}
            ariaLabel={`Member ${at + 1} of ${label}`}
            placeholder={
              draft.type === "NS"
                ? "Enter a number"
                : draft.type === "BS"
                  ? "Enter base64 text"
                  : "Empty value"
            }
            onChange={({ detail }) =>
              onChange({
                members: draft.members.map((one) => (one === member ? { ...one, text: detail.value } : one)),
              })
            }
          />
          <Button
            formAction="none"
            iconName="close"
            variant="icon"
            ariaLabel={`Remove member ${at + 1} of ${label}`}
            onClick={() => onChange({ members: draft.members.filter((one) => one !== member) })}
          />
        </div>
      ))}
      <Button
        formAction="none"
        iconName="add-plus"
        ariaLabel={`Add member to ${label}`}
        onClick={() => onChange({ members: [...draft.members, newMember()] })}
      >
        Add member
      </Button>
    </div>
  );
}
