import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useEffect } from "react";
import { focusFirstWrong } from "../../parts/focus-wrong";
import { AttributeForm } from "./attribute-form";
import { JsonView } from "./json-view";
import type { Key } from "./table-keys";
import type { ItemEditing } from "./use-editing";

interface ItemEditorProps {
  item: ItemEditing;
  keys: Key[];
  /** Whether the key is there for good. */
  fixed: boolean;
  /** AWS's message, and the attribute it is about. */
  refusal: { attribute: string; message: string } | undefined;
  onSave: () => void;
}

/** The attributes, in the view one likes. */
export function ItemEditor({ item, keys, fixed, refusal, onSave }: ItemEditorProps) {
  const { editing, place } = item;
  const told = refusal?.message;
  useEffect(() => {
    if (told !== undefined) {
      focusFirstWrong(place.current);
    }
  }, [told, place]);
  const views = (
    <SegmentedControl
      label="View"
      selectedId={editing.view}
      options={[
        { id: "form", text: "Form" },
        { id: "json", text: "JSON view" },
      ]}
      onChange={({ detail }) => item.setView(detail.selectedId === "json" ? "json" : "form")}
    />
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={views}
          description={fixed ? "The key of an item cannot change: for another key, duplicate it." : undefined}
        >
          Attributes
        </Header>
      }
    >
      <div ref={place}>
        {editing.view === "form" ? (
          <AttributeForm
            drafts={editing.drafts}
            keys={keys}
            fixed={fixed}
            problems={item.problems}
            refused={refusal === undefined ? {} : { [refusal.attribute]: refusal.message }}
            onChange={item.setDrafts}
          />
        ) : (
          <JsonView
            text={editing.text}
            typed={editing.typed}
            error={item.mistake ?? refusal?.message}
            onChange={item.setText}
            onTyped={item.setTyped}
            onTakeAsTyped={item.takeAsTyped}
            onSave={onSave}
          />
        )}
      </div>
    </Container>
  );
}
