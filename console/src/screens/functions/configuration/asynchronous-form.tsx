import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { deleteEventInvokeConfig, putEventInvokeConfig } from "../../../aws/event-invoke";
import { configure } from "../../../aws/functions";
import { useSubmit } from "../../../parts/submit";
import { blamed, configOf, type AsynchronousForm as Form } from "./asynchronous-form-state";
import { EditForm } from "./edit-form";
import { wholeNumber } from "./whole-number";

interface AsynchronousFormProps {
  name: string;
  before: Form;
  /** Whether something was ever set: otherwise there is nothing to take away. */
  isSet: boolean;
  done: () => void;
}

interface Field {
  field: keyof Form;
  label: string;
  description: string;
  constraint: string;
}

const ARNS = "The ARN of an SQS queue, an SNS topic or another function";
const FIELDS: Field[] = [
  {
    field: "age",
    label: "Maximum age of event in seconds",
    description: "How long an event is kept before it is given up.",
    constraint: "60 to 21,600.",
  },
  {
    field: "retries",
    label: "Retry attempts",
    description:
      "How often an event is tried again when the function fails: after one minute, and after two more.",
    constraint: "0 to 2.",
  },
  {
    field: "success",
    label: "On-success destination",
    description: "It is told what the function answered.",
    constraint: `${ARNS}. The function's role must be allowed to write to it.`,
  },
  {
    field: "failure",
    label: "On-failure destination",
    description: "It is told of events that were given up, and why.",
    constraint: `${ARNS}, or an S3 bucket. The function's role must be allowed to write to it.`,
  },
  {
    field: "letters",
    label: "Dead-letter queue",
    description: "It gets the event itself when it was given up.",
    constraint: "The ARN of an SQS queue or an SNS topic.",
  },
];

export function AsynchronousForm({ name, before, isSet, done }: AsynchronousFormProps) {
  const [form, setForm] = useState(before);
  const [troubles, setTroubles] = useState<Partial<Form>>({});
  const save = useSubmit(
    async () => {
      const config = configOf(form);
      if (config !== undefined) {
        await putEventInvokeConfig({ FunctionName: name, ...config });
      } else if (isSet) {
        await deleteEventInvokeConfig(name);
      }
      if (form.letters !== before.letters) {
        await configure({ FunctionName: name, DeadLetterConfig: { TargetArn: form.letters.trim() } });
      }
    },
    { done: () => `Saved how ${name} is invoked asynchronously.` },
  );
  const refused = blamed(save.failure, form);
  const submit = async () => {
    const found = { age: wholeNumber(form.age), retries: wholeNumber(form.retries) };
    setTroubles(found);
    save.reset();
    if (!Object.values(found).some(Boolean) && (await save.run())) {
      done();
    }
  };
  return (
    <EditForm
      title="Asynchronous invocation"
      busy={save.busy}
      wrong={Object.values(troubles).some(Boolean) ? troubles : save.failure}
      error={
        save.failure === undefined || refused !== undefined
          ? undefined
          : `${save.failure.code}: ${save.failure.message}`
      }
      onSave={() => void submit()}
      onCancel={done}
    >
      {FIELDS.map(({ field, label, description, constraint }) => (
        <FormField
          key={field}
          label={label}
          description={description}
          constraintText={constraint}
          errorText={troubles[field] ?? (refused === field ? save.failure?.message : undefined)}
        >
          <Input
            value={form[field]}
            autoComplete={false}
            spellcheck={false}
            placeholder={field === "age" || field === "retries" ? undefined : "None"}
            onChange={({ detail }) => {
              setTroubles({});
              setForm({ ...form, [field]: detail.value });
            }}
          />
        </FormField>
      ))}
    </EditForm>
  );
}
