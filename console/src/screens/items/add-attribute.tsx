import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { type AttributeType, TYPE_NAMES, TYPES } from "../../aws/attributes";

/** The types to choose from when something is added. */
export function AddAttribute({
  text,
  ariaLabel,
  onAdd,
}: {
  text: string;
  ariaLabel?: string;
  onAdd: (type: AttributeType) => void;
}) {
  return (
    <ButtonDropdown
      items={TYPES.map((id) => ({ id, text: TYPE_NAMES[id] }))}
      ariaLabel={ariaLabel}
      onItemClick={({ detail }) => onAdd(detail.id as AttributeType)}
    >
      {text}
    </ButtonDropdown>
  );
}
