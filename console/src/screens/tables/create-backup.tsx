import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { createBackup } from "../../aws/backups";
import { FormModal } from "../../parts/form-modal";
import { useSubmit } from "../../parts/submit";

export function CreateBackup({ table, onDone }: { table: string; onDone: () => void }) {
  const [name, setName] = useState("");
  const submit = useSubmit((given: string) => createBackup(table, given), {
    done: (_, given) => `The backup ${given} is being made.`,
  });
  const save = async () => {
    if (await submit.run(name)) {
      onDone();
    }
  };
  return (
    <FormModal
      title={`Create backup of ${table}`}
      action="Create backup"
      busy={submit.busy}
      failure={submit.failure}
      onSubmit={() => void save()}
      onDismiss={onDone}
    >
      <FormField
        label="Backup name"
        constraintText="Between 3 and 255 characters: A-Z, a-z, 0-9, underscore, hyphen and period."
        errorText={submit.failure?.message}
      >
        <Input
          value={name}
          autoFocus
          placeholder="before-the-release"
          onChange={({ detail }) => setName(detail.value)}
        />
      </FormField>
    </FormModal>
  );
}
