import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { invoke } from "../../../aws/invocations";
import { jsonTrouble, laidOut } from "../../../aws/json-text";
import { region } from "../../../aws/session";
import { CodeEditor } from "../../../parts/code-editor";
import { Refusal } from "../../../parts/states";
import { useSubmit } from "../../../parts/submit";
import type { TabProps } from "../function";
import { EventChoice } from "./event-choice";
import { Result, type Tested } from "./result";
import { keepEvents, readEvents, type SavedEvents } from "./saved-events";
import { TEMPLATES, templateText } from "./templates";

/** Calls the function with an event of one's own and shows what comes of it. */
export default function TestTab({ name, detail }: TabProps) {
  const [saved, setSaved] = useState<SavedEvents>(() => readEvents(region(), name));
  const [chosen, setChosen] = useState<string>(() => Object.keys(saved)[0] ?? "");
  const [text, setText] = useState(() => saved[chosen] ?? templateText(TEMPLATES[0]?.id ?? ""));
  const [later, setLater] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const call = useSubmit(async (): Promise<Tested> => {
    const started = Date.now();
    const invocation = await invoke(name, text, later);
    return { invocation, started, later, seconds: (Date.now() - started) / 1000 };
  });
  const [last, setLast] = useState<Tested>();
  const keep = (next: SavedEvents) => {
    setSaved(next);
    keepEvents(region(), name, next);
  };
  const test = async (event?: FormEvent) => {
    event?.preventDefault();
    const found = jsonTrouble(text);
    setTrouble(found);
    if (found === undefined && !call.busy) {
      setLast((await call.run())?.output);
    }
  };
  const change = (next: string) => {
    setText(next);
    setTrouble(undefined);
  };
  const group = detail.Configuration?.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  return (
    <SpaceBetween size="l">
      <Refusal failure={call.failure} />
      {last === undefined ? null : <Result {...last} group={group} />}
      <form onSubmit={(event) => void test(event)}>
        <Container
          header={
            <Header
              variant="h2"
              description="The function gets this event as if what calls it had sent it."
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button formAction="none" onClick={() => change(laidOut(text))}>
                    Format JSON
                  </Button>
                  <Button variant="primary" formAction="submit" loading={call.busy}>
                    Test
                  </Button>
                </SpaceBetween>
              }
            >
              Test event
            </Header>
          }
        >
          <SpaceBetween size="l">
            <EventChoice
              saved={saved}
              chosen={chosen}
              text={text}
              onKeep={keep}
              onChoose={(next, event) => {
                setChosen(next);
                change(event);
              }}
            />
            <RadioGroup
              ariaLabel="Invocation type"
              value={later ? "Event" : "RequestResponse"}
              onChange={({ detail: choice }) => setLater(choice.value === "Event")}
              items={[
                { value: "RequestResponse", label: "Synchronous", description: "Wait for the answer." },
                {
                  value: "Event",
                  label: "Asynchronous",
                  description: "Leave the event with Lambda, which tries again when the function fails.",
                },
              ]}
            />
            <FormField label="Event JSON" stretch errorText={trouble}>
              <CodeEditor
                value={text}
                language="json"
                ariaLabel="Event JSON"
                minHeight="200px"
                onChange={change}
                onSave={() => void test()}
              />
            </FormField>
          </SpaceBetween>
        </Container>
      </form>
    </SpaceBetween>
  );
}
