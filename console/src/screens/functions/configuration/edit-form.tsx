import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useFocusWrong } from "../../../parts/focus-wrong";

interface EditFormProps {
  title: string;
  description?: string;
  busy: boolean;
  /** What is wrong, if something is: the cursor goes to its field. */
  wrong: unknown;
  /** What is wrong and not told beside a field. */
  error: string | undefined;
  onSave: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** The form in which a section of the configuration is edited, in its place. */
export function EditForm({
  title,
  description,
  busy,
  wrong,
  error,
  onSave,
  onCancel,
  children,
}: EditFormProps) {
  const form = useFocusWrong(wrong);
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <Form
        errorText={error}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" formAction="submit" loading={busy}>
              Save
            </Button>
          </SpaceBetween>
        }
      >
        <Container
          header={
            <Header variant="h2" description={description}>
              {title}
            </Header>
          }
        >
          <SpaceBetween size="l">{children}</SpaceBetween>
        </Container>
      </Form>
    </form>
  );
}

/** A section as it stands, with a button to edit it. */
export function Section({
  title,
  description,
  actions,
  children,
}: {
  title: string;
  description?: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Container
      header={
        <Header variant="h2" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      {children}
    </Container>
  );
}
