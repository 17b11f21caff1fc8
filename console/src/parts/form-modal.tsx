import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useId } from "react";
import type { Failure } from "../aws/failure";
import { useFocusWrong } from "./focus-wrong";

interface FormModalProps {
  title: string;
  /** What the button says: the verb. */
  action: string;
  busy: boolean;
  /** Whether there is nothing to submit yet. */
  disabled?: boolean;
  /** What was refused, if something was: the cursor goes to its field. */
  failure?: Failure;
  /** What was refused and is not shown beside a field. */
  error?: string;
  size?: "medium" | "large";
  /** What the other button says. */
  leave?: string;
  children: ReactNode;
  onSubmit: () => void;
  onDismiss: () => void;
}

/** A form over the screen. Shown while it is mounted; Enter submits. */
export function FormModal({
  title,
  action,
  busy,
  disabled = false,
  failure,
  error,
  size = "medium",
  leave = "Cancel",
  children,
  onSubmit,
  onDismiss,
}: FormModalProps) {
  const form = useFocusWrong(failure);
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !disabled) {
      onSubmit();
    }
  };
  const footer = (
    <Box float="right">
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="link" onClick={onDismiss}>
          {leave}
        </Button>
        <Button variant="primary" loading={busy} disabled={disabled} form={id}>
          {action}
        </Button>
      </SpaceBetween>
    </Box>
  );
  return (
    <Modal visible size={size} header={title} footer={footer} onDismiss={onDismiss} closeAriaLabel="Close">
      <form ref={form} id={id} onSubmit={submit}>
        <Form errorText={error}>
          <SpaceBetween size="m">{children}</SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}
