import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { configure, type Runtime } from "../../../aws/functions";
import { useRoles } from "../../../parts/queries";
import { useSubmit } from "../../../parts/submit";
import { about, aboutElse } from "../blame";
import type { TabProps } from "../function";
import { RoleSelect } from "../role-select";
import { startOf, withRuntime } from "../runtimes";
import { EditForm } from "./edit-form";
import { wholeNumber } from "./whole-number";

const PLACED = ["description", "memorySize", "timeout", "runtime", "handler", "role"];

export function GeneralForm({ name, detail, done }: TabProps & { done: () => void }) {
  const shown = detail.Configuration ?? {};
  const [form, setForm] = useState({
    description: shown.Description ?? "",
    memory: String(shown.MemorySize ?? 128),
    timeout: String(shown.Timeout ?? 3),
    runtime: shown.Runtime ?? "python3.13",
    handler: shown.Handler ?? "",
    role: shown.Role,
  });
  const [troubles, setTroubles] = useState<Record<string, string | undefined>>({});
  const roles = useRoles();
  const save = useSubmit(
    () =>
      configure({
        FunctionName: name,
        Description: form.description,
        MemorySize: Number(form.memory),
        Timeout: Number(form.timeout),
        Runtime: form.runtime,
        Handler: form.handler,
        Role: form.role,
      }),
    { done: () => `Saved the configuration of ${name}.` },
  );
  const change = (part: Partial<typeof form>) => {
    setTroubles({});
    setForm((before) => ({ ...before, ...part }));
  };
  const errorOf = (field: string) => troubles[field] ?? about(save.failure, field);
  const submit = async () => {
    const found = { memorySize: wholeNumber(form.memory), timeout: wholeNumber(form.timeout) };
    setTroubles(found);
    save.reset();
    if (!Object.values(found).some(Boolean) && (await save.run())) {
      done();
    }
  };
  const runtimes = withRuntime(form.runtime);
  return (
    <EditForm
      title="General configuration"
      busy={save.busy}
      wrong={Object.values(troubles).some(Boolean) ? troubles : save.failure}
      error={aboutElse(save.failure, ...PLACED)}
      onSave={() => void submit()}
      onCancel={done}
    >
      <FormField label="Description" errorText={errorOf("description")}>
        <Input
          autoComplete={false}
          value={form.description}
          onChange={({ detail: { value } }) => change({ description: value })}
        />
      </FormField>
      <FormField label="Memory (MB)" constraintText="128 to 10,240." errorText={errorOf("memorySize")}>
        <Input
          autoComplete={false}
          value={form.memory}
          inputMode="numeric"
          onChange={({ detail: { value } }) => change({ memory: value })}
        />
      </FormField>
      <FormField label="Timeout (seconds)" constraintText="1 to 900." errorText={errorOf("timeout")}>
        <Input
          autoComplete={false}
          value={form.timeout}
          inputMode="numeric"
          onChange={({ detail: { value } }) => change({ timeout: value })}
        />
      </FormField>
      <FormField label="Runtime" errorText={errorOf("runtime")}>
        <Select
          options={runtimes}
          selectedOption={runtimes.find(({ value }) => value === form.runtime) ?? null}
          onChange={({ detail: { selectedOption } }) => change({ runtime: selectedOption.value as Runtime })}
        />
      </FormField>
      <FormField label="Handler" description={startOf(form.runtime).hint} errorText={errorOf("handler")}>
        <Input
          autoComplete={false}
          value={form.handler}
          onChange={({ detail: { value } }) => change({ handler: value })}
        />
      </FormField>
      <FormField label="Execution role" errorText={errorOf("role")}>
        <RoleSelect roles={roles} chosen={form.role} onChoose={(role) => change({ role })} />
      </FormField>
    </EditForm>
  );
}
