import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import type { Failure } from "../aws/failure";

interface ConfirmProps {
  title: string;
  /** What the button says: the verb. */
  action: string;
  children: ReactNode;
  /** To be typed before the button works, for what cannot be undone. */
  phrase?: string;
  busy?: boolean;
  failure?: Failure | undefined;
  onConfirm: () => void;
  onDismiss: () => void;
}

/** Asks before something is done that cannot be undone. Shown while it is mounted. */
export function Confirm({
  title,
  action,
  children,
  phrase,
  busy,
  failure,
  onConfirm,
  onDismiss,
}: ConfirmProps) {
  const [typed, setTyped] = useState("");
  const ready = phrase === undefined || typed === phrase;
  const footer = (
    <Box float="right">
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="link" onClick={onDismiss}>
          Cancel
        </Button>
        <Button variant="primary" disabled={!ready} loading={busy ?? false} onClick={onConfirm}>
          {action}
        </Button>
      </SpaceBetween>
    </Box>
  );
  return (
    <Modal visible header={title} footer={footer} onDismiss={onDismiss} closeAriaLabel="Close">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) {
            onConfirm();
          }
        }}
      >
        <SpaceBetween size="m">
          <Box variant="span">{children}</Box>
          {phrase === undefined ? null : (
            <FormField label={`To confirm, type ${phrase}`}>
              <Input value={typed} placeholder={phrase} onChange={({ detail }) => setTyped(detail.value)} />
            </FormField>
          )}
          {failure === undefined ? null : (
            <Alert type="error" header={failure.code}>
              {failure.message}
            </Alert>
          )}
        </SpaceBetween>
      </form>
    </Modal>
  );
}
