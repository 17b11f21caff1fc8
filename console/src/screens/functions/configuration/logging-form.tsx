import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { configure, type LoggingConfig } from "../../../aws/functions";
import { useSubmit } from "../../../parts/submit";
import { EditForm } from "./edit-form";

const APPLICATION = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;
const SYSTEM = ["DEBUG", "INFO", "WARN"] as const;
const FORMATS = [
  { value: "Text", label: "Text", description: "Lines as the function prints them." },
  { value: "JSON", label: "JSON", description: "An object a line, with level, time and request." },
];

interface LoggingFormProps {
  name: string;
  before: LoggingConfig;
  done: () => void;
}

export function LoggingForm({ name, before, done }: LoggingFormProps) {
  const [form, setForm] = useState(before);
  const json = form.LogFormat === "JSON";
  const save = useSubmit(
    () =>
      configure({
        FunctionName: name,
        LoggingConfig: {
          LogFormat: form.LogFormat,
          LogGroup: form.LogGroup,
          ApplicationLogLevel: json ? form.ApplicationLogLevel : undefined,
          SystemLogLevel: json ? form.SystemLogLevel : undefined,
        },
      }),
    { done: () => `Saved the logging configuration of ${name}.` },
  );
  const submit = async () => {
    if (await save.run()) {
      done();
    }
  };
  return (
    <EditForm
      title="Logging configuration"
      busy={save.busy}
      wrong={save.failure}
      error={save.formError("loggingConfig")}
      onSave={() => void submit()}
      onCancel={done}
    >
      <FormField label="Log format">
        <RadioGroup
          value={form.LogFormat ?? "Text"}
          items={FORMATS}
          onChange={({ detail }) =>
            setForm({ ...form, LogFormat: detail.value === "JSON" ? "JSON" : "Text" })
          }
        />
      </FormField>
      {json ? (
        <>
          <Level
            label="Application log level"
            description="Of what the function logs, the least that is kept."
            levels={APPLICATION}
            chosen={form.ApplicationLogLevel ?? "INFO"}
            choose={(ApplicationLogLevel) => setForm({ ...form, ApplicationLogLevel })}
          />
          <Level
            label="System log level"
            description="Of what Lambda itself logs, the least that is kept."
            levels={SYSTEM}
            chosen={form.SystemLogLevel ?? "INFO"}
            choose={(SystemLogLevel) => setForm({ ...form, SystemLogLevel })}
          />
        </>
      ) : null}
      <FormField label="Log group" errorText={save.errorOf("loggingConfig")}>
        <Input
          value={form.LogGroup ?? ""}
          autoComplete={false}
          onChange={({ detail }) => setForm({ ...form, LogGroup: detail.value })}
        />
      </FormField>
    </EditForm>
  );
}

interface LevelProps<Name extends string> {
  label: string;
  description: string;
  levels: readonly Name[];
  chosen: Name;
  choose: (level: Name) => void;
}

function Level<Name extends string>({ label, description, levels, chosen, choose }: LevelProps<Name>) {
  return (
    <FormField label={label} description={description}>
      <Select
        options={levels.map((value) => ({ value }))}
        selectedOption={{ value: chosen }}
        onChange={({ detail }) =>
          choose(levels.find((level) => level === detail.selectedOption.value) ?? chosen)
        }
      />
    </FormField>
  );
}
