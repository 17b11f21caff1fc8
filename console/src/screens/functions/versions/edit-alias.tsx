import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { type AliasConfiguration, saveAlias } from "../../../aws/versions";
import { FormModal } from "../../../parts/form-modal";
import { useSubmit } from "../../../parts/submit";
import { useVersions } from "../queries";
import { type AliasForm, aliasOf, formOf, percentTrouble } from "./routing";

interface EditAliasProps {
  name: string;
  /** The one to change; nothing to make one. */
  alias: AliasConfiguration | undefined;
  done: () => void;
}

const PLACED = ["name", "description", "functionVersion", "routingConfig"];
const NONE = { value: "", label: "None" };

export function EditAlias({ name, alias, done }: EditAliasProps) {
  const versions = (useVersions(name).data ?? []).map(({ Version = "", Description }) => ({
    value: Version,
    description: Description || undefined,
  }));
  const published = versions.filter(({ value }) => value !== "$LATEST");
  const [typed, setTyped] = useState<Partial<AliasForm>>({});
  const [trouble, setTrouble] = useState<string>();
  const form = { ...formOf(alias, published[0]?.value ?? "$LATEST"), ...typed };
  const save = useSubmit(() => saveAlias(aliasOf(name, form), alias === undefined), {
    done: () => (alias === undefined ? `Created the alias ${form.name}.` : `Saved the alias ${form.name}.`),
  });
  const change = (part: Partial<AliasForm>) => {
    setTrouble(undefined);
    save.reset();
    setTyped({ ...typed, ...part });
  };
  const submit = async () => {
    const found = percentTrouble(form);
    setTrouble(found);
    if (found === undefined && (await save.run())) {
      done();
    }
  };
  const others = [NONE, ...published.filter(({ value }) => value !== form.version)];
  return (
    <FormModal
      title={alias === undefined ? "Create alias" : `Edit the alias ${form.name}`}
      action={alias === undefined ? "Create" : "Save"}
      busy={save.busy}
      failure={save.failure}
      error={save.formError(...PLACED)}
      onSubmit={() => void submit()}
      onDismiss={done}
    >
      <FormField
        label="Name"
        constraintText="Letters, digits, hyphens and underscores; not a number."
        errorText={save.errorOf("name")}
      >
        <Input
          value={form.name}
          autoComplete={false}
          disabled={alias !== undefined}
          onChange={({ detail }) => change({ name: detail.value })}
        />
      </FormField>
      <FormField label="Description" errorText={save.errorOf("description")}>
        <Input
          value={form.description}
          autoComplete={false}
          onChange={({ detail }) => change({ description: detail.value })}
        />
      </FormField>
      <FormField label="Version" errorText={save.errorOf("functionVersion")}>
        <Select
          options={versions}
          selectedOption={{ value: form.version }}
          onChange={({ detail }) => change({ version: detail.selectedOption.value ?? "" })}
        />
      </FormField>
      <FormField
        label="Additional version"
        description="It gets a part of the invocations, chosen at random."
        errorText={save.errorOf("routingConfig")}
      >
        <Select
          options={others}
          selectedOption={others.find(({ value }) => value === form.other) ?? NONE}
          onChange={({ detail }) => change({ other: detail.selectedOption.value ?? "" })}
        />
      </FormField>
      {form.other === "" ? null : (
        <FormField label="Weight of the additional version in percent" errorText={trouble}>
          <Input
            value={form.percent}
            inputMode="decimal"
            autoComplete={false}
            onChange={({ detail }) => change({ percent: detail.value })}
          />
        </FormField>
      )}
    </FormModal>
  );
}
