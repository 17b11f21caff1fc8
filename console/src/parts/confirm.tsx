import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useState } from "react";
import type { Failure } from "../aws/failure";
import { FormModal } from "./form-modal";
import { Refusal } from "./states";

interface ConfirmProps {
  title: string;
  /** What the button says: the verb. */
  action: string;
  children: ReactNode;
  /** To be typed before the button works, for what cannot be undone. */
  phrase?: string;
  busy?: boolean;
  failure?: Failure;
  onConfirm: () => void;
  onDismiss: () => void;
}

/** Asks before something is done that cannot be undone. Shown while it is mounted. */
export function Confirm({
  title,
  action,
  children,
  phrase,
  busy = false,
  failure,
  onConfirm,
  onDismiss,
}: ConfirmProps) {
  const [typed, setTyped] = useState("");
  return (
    <FormModal
      title={title}
      action={action}
      busy={busy}
      disabled={phrase !== undefined && typed !== phrase}
      onSubmit={onConfirm}
      onDismiss={onDismiss}
    >
      <Box variant="span">{children}</Box>
      {phrase === undefined ? null : (
        <FormField label={`To confirm, type ${phrase}`}>
          <Input value={typed} placeholder={phrase} onChange={({ detail }) => setTyped(detail.value)} />
        </FormField>
      )}
      <Refusal failure={failure} />
    </FormModal>
  );
}
