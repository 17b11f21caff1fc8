import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { reserveConcurrency } from "../../../aws/functions";
import { useSubmit } from "../../../parts/submit";
import { about, aboutElse } from "../blame";
import type { TabProps } from "../function";
import { EditForm, Section } from "./edit-form";
import { wholeNumber } from "./whole-number";

const FIELD = "reservedConcurrentExecutions";

/** How many invocations may run at the same time. */
export function Concurrency(props: TabProps) {
  const [editing, setEditing] = useState(false);
  const reserved = props.detail.Concurrency?.ReservedConcurrentExecutions;
  if (editing) {
    return <ConcurrencyForm {...props} done={() => setEditing(false)} />;
  }
  return (
    <Section
      title="Concurrency"
      description="How many invocations may run at the same time."
      actions={<Button onClick={() => setEditing(true)}>Edit</Button>}
    >
      <KeyValuePairs
        items={[
          {
            label: "Reserved concurrency",
            value:
              reserved === undefined
                ? "None: as many as the server runs"
                : reserved === 0
                  ? "0: the function is throttled and does not run"
                  : String(reserved),
          },
        ]}
      />
    </Section>
  );
}

function ConcurrencyForm({ name, detail, done }: TabProps & { done: () => void }) {
  const before = detail.Concurrency?.ReservedConcurrentExecutions;
  const [limited, setLimited] = useState(before !== undefined);
  const [value, setValue] = useState(String(before ?? 1));
  const [trouble, setTrouble] = useState<string>();
  const save = useSubmit(() => reserveConcurrency(name, limited ? Number(value) : undefined), {
    done: () => `Saved the concurrency of ${name}.`,
  });
  const submit = async () => {
    const found = limited ? wholeNumber(value) : undefined;
    setTrouble(found);
    save.reset();
    if (found === undefined && (await save.run())) {
      done();
    }
  };
  return (
    <EditForm
      title="Concurrency"
      busy={save.busy}
      wrong={trouble ?? save.failure}
      error={aboutElse(save.failure, FIELD)}
      onSave={() => void submit()}
      onCancel={done}
    >
      <RadioGroup
        ariaLabel="Concurrency"
        value={limited ? "reserve" : "free"}
        onChange={({ detail: choice }) => setLimited(choice.value === "reserve")}
        items={[
          { value: "free", label: "Use unreserved concurrency" },
          { value: "reserve", label: "Reserve concurrency", description: "0 stops the function." },
        ]}
      />
      {limited ? (
        <FormField label="Reserved concurrency" errorText={trouble ?? about(save.failure, FIELD)}>
          <Input
            autoComplete={false}
            value={value}
            inputMode="numeric"
            onChange={({ detail: typed }) => {
              setTrouble(undefined);
              setValue(typed.value);
            }}
          />
        </FormField>
      ) : null}
    </EditForm>
  );
}
