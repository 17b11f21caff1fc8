import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useId } from "react";
import type { Failure } from "../../aws/failure";
import { useFocusWrong } from "../../parts/focus-wrong";

interface FormModalProps {
  title: string;
  /** What the button says: the verb. */
  action: string;
  busy: boolean;
  failure: Failure | undefined;
  /** What was refused and is not shown beside a field. */
  error?: string | undefined;
  size?: "medium" | "large";
  children: ReactNode;
  onSubmit: () => void;
  onDismiss: () => void;
}

/** A form over the screen. Shown while it is mounted; Enter submits. */
export function FormModal({
  title,
  action,
  busy,
  failure,
  error,
  size = "medium",
  children,
  onSubmit,
  onDismiss,
}: FormModalProps) {
  const form = useFocusWrong(failure);
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) {
      onSubmit();
    }
  };
  const footer = (
    <Box float="right">
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="link" onClick={onDismiss}>
          Cancel
        </Button>
        <Button variant="primary" loading={busy} form={id}>
          {action}
        </Button>
      </SpaceBetween>
    </Box>
  );
  return (
    <Modal visible size={size} header={title} footer={footer} onDismiss={onDismiss} closeAriaLabel="Close">
      <form ref={form} id={id} onSubmit={submit}>
        <Form {...(error === undefined ? {} : { errorText: error })}>{children}</Form>
      </form>
    </Modal>
  );
}
