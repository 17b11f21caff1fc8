import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type AttachedPolicy, attach, managedDocument } from "../../aws/role-policies";
import { CodeEditor } from "../../parts/code-editor";
import { Loaded } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { PolicyPicker } from "./policy-picker";

/** What a managed policy says. */
export function DocumentDialog({ name, arn, onClose }: { name: string; arn: string; onClose: () => void }) {
  const document = useQuery({ queryKey: ["managed-policy", arn], queryFn: () => managedDocument(arn) });
  return (
    <Modal visible size="large" header={name} onDismiss={onClose} closeAriaLabel="Close">
      <Loaded query={document} label={`Loading ${name}`}>
        {(text) => <CodeEditor value={text} language="json" ariaLabel={`Document of ${name}`} />}
      </Loaded>
    </Modal>
  );
}

interface AttachDialogProps {
  role: string;
  attached: readonly AttachedPolicy[];
  onClose: () => void;
}

export function AttachDialog({ role, attached, onClose }: AttachDialogProps) {
  const [chosen, setChosen] = useState<string[]>([]);
  const submit = useSubmit(
    async () => {
      for (const arn of chosen) {
        await attach(role, arn);
      }
      onClose();
    },
    { done: () => `Attached: ${chosen.length === 1 ? "1 policy" : `${chosen.length} policies`}.` },
  );
  return (
    <Modal visible header="Attach policies" onDismiss={onClose} closeAriaLabel="Close">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit.run(undefined);
        }}
      >
        <Form
          errorText={submit.formError() ?? ""}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                Cancel
              </Button>
              <Button variant="primary" loading={submit.busy} disabled={chosen.length === 0}>
                Attach
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="m">
            <Box>The role may then do what these policies allow, besides what it may now.</Box>
            <PolicyPicker
              chosen={chosen}
              onChange={setChosen}
              without={attached.map(({ PolicyArn = "" }) => PolicyArn)}
            />
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}
