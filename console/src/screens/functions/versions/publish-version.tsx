import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { publishVersion } from "../../../aws/versions";
import { FormModal } from "../../../parts/form-modal";
import { useSubmit } from "../../../parts/submit";

export function PublishVersion({ name, done }: { name: string; done: () => void }) {
  const [description, setDescription] = useState("");
  const publish = useSubmit(() => publishVersion(name, description), {
    done: ({ Version }) => `Version ${Version} is the code and configuration of ${name} as they are now.`,
  });
  const submit = async () => {
    if (await publish.run()) {
      done();
    }
  };
  return (
    <FormModal
      title="Publish new version"
      action="Publish"
      busy={publish.busy}
      failure={publish.failure}
      error={publish.formError("description")}
      onSubmit={() => void submit()}
      onDismiss={done}
    >
      <FormField
        label={
          <>
            Version description <i>- optional</i>
          </>
        }
        description="If nothing has changed since the last version, that one is taken."
        errorText={publish.errorOf("description")}
      >
        <Input
          value={description}
          autoComplete={false}
          onChange={({ detail }) => setDescription(detail.value)}
        />
      </FormField>
    </FormModal>
  );
}
