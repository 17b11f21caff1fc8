import Box from "@cloudscape-design/components/box";
import Modal from "@cloudscape-design/components/modal";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type AttachedPolicy, attach, managedDocument } from "../../aws/role-policies";
import { CodeEditor } from "../../parts/code-editor";
import { FormModal } from "../../parts/form-modal";
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
    <FormModal
      title="Attach policies"
      action="Attach"
      busy={submit.busy}
      disabled={chosen.length === 0}
      failure={submit.failure}
      error={submit.formError()}
      onSubmit={() => void submit.run()}
      onDismiss={onClose}
    >
      <Box>The role may then do what these policies allow, besides what it may now.</Box>
      <PolicyPicker
        chosen={chosen}
        onChange={setChosen}
        without={attached.map(({ PolicyArn = "" }) => PolicyArn)}
      />
    </FormModal>
  );
}
