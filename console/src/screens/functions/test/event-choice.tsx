import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { jsonTrouble } from "../../../aws/json-text";
import type { SavedEvents } from "./saved-events";
import { TEMPLATES, templateText } from "./templates";

interface EventChoiceProps {
  saved: SavedEvents;
  /** The name of the saved event that was taken, or empty. */
  chosen: string;
  text: string;
  onChoose: (name: string, text: string) => void;
  onKeep: (events: SavedEvents) => void;
}

/** Takes an event from a template or from those that were saved, and saves it under a name. */
export function EventChoice({ saved, chosen, text, onChoose, onKeep }: EventChoiceProps) {
  const [name, setName] = useState(chosen);
  const [trouble, setTrouble] = useState<string>();
  const save = () => {
    const found = name.trim() === "" ? "Give the event a name." : jsonTrouble(text);
    setTrouble(found);
    if (found === undefined) {
      onKeep({ ...saved, [name.trim()]: text });
      onChoose(name.trim(), text);
    }
  };
  const remove = () => {
    const { [chosen]: _, ...others } = saved;
    onKeep(others);
    setName("");
    onChoose("", text);
  };
  const take = (value: string) => {
    const [kind, id] = [value.slice(0, 1), value.slice(1)];
    setTrouble(undefined);
    setName(kind === "s" ? id : "");
    onChoose(kind === "s" ? id : "", kind === "s" ? (saved[id] ?? "") : templateText(id));
  };
  const names = Object.keys(saved).sort();
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, s: 6 } }, { colspan: { default: 12, s: 6 } }]}>
      <FormField label="Begin with" description="A saved event, or one of a template.">
        <Select
          selectedOption={chosen === "" ? null : { value: `s${chosen}`, label: chosen }}
          placeholder="Choose a template"
          onChange={({ detail }) => take(detail.selectedOption.value ?? "")}
          options={[
            ...(names.length === 0
              ? []
              : [{ label: "Saved events", options: names.map((one) => ({ value: `s${one}`, label: one })) }]),
            {
              label: "Templates",
              options: TEMPLATES.map(({ id, label }) => ({ value: `t${id}`, label })),
            },
          ]}
        />
      </FormField>
      <FormField
        label="Event name"
        description="To keep it in this browser, for this function."
        errorText={trouble}
      >
        <div style={{ display: "flex", gap: 8 }}>
          <div style={{ flex: 1 }}>
            <Input
              autoComplete={false}
              value={name}
              placeholder="MyEvent"
              onChange={({ detail }) => setName(detail.value)}
            />
          </div>
          <Button formAction="none" onClick={save}>
            Save
          </Button>
          {chosen === "" ? null : (
            <Button formAction="none" onClick={remove}>
              Delete
            </Button>
          )}
        </div>
      </FormField>
    </Grid>
  );
}
