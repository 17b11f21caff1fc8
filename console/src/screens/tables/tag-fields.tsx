import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";

interface TagDraft {
  key: string;
  value: string;
}

const TAGS_MAX = 50;

interface TagFieldsProps {
  value: TagDraft[];
  errors?: Record<string, string>;
  onChange: (value: TagDraft[]) => void;
}

/** Keys and values that describe a table. */
export function TagFields({ value, errors = {}, onChange }: TagFieldsProps) {
  const change = (place: number, changed: Partial<TagDraft>) =>
    onChange(value.map((tag, index) => (index === place ? { ...tag, ...changed } : tag)));
  return (
    <AttributeEditor
      items={value}
      empty="No tags are associated with the table."
      addButtonText="Add new tag"
      removeButtonText="Remove"
      disableAddButton={value.length >= TAGS_MAX}
      onAddButtonClick={() => onChange([...value, { key: "", value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(value.filter((_, place) => place !== detail.itemIndex))}
      removeButtonAriaLabel={({ key }) => `Remove the tag ${key}`}
      definition={[
        {
          label: "Key",
          control: ({ key }, place) => (
            <Input
              value={key}
              placeholder="Enter key"
              onChange={({ detail }) => change(place, { key: detail.value })}
            />
          ),
          errorText: (_, place) => errors[`tags.${place}.key`],
        },
        {
          label: "Value - optional",
          control: ({ value: text }, place) => (
            <Input
              value={text}
              placeholder="Enter value"
              onChange={({ detail }) => change(place, { value: detail.value })}
            />
          ),
          errorText: (_, place) => errors[`tags.${place}.value`],
        },
      ]}
    />
  );
}
