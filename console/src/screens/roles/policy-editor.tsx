import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { jsonTrouble } from "../../aws/json-text";
import { CodeEditor } from "../../parts/code-editor";
import { useFocusWrong } from "../../parts/focus-wrong";
import { type Submit, useSubmit } from "../../parts/submit";

interface DocumentFieldProps {
  label: string;
  value: string;
  error: string | undefined;
  description?: ReactNode;
  onChange: (value: string) => void;
  onSave?: () => void;
}

/** A policy document to be edited, with what is wrong with it beside it. */
export function DocumentField({ label, value, error, description, onChange, onSave }: DocumentFieldProps) {
  return (
    <FormField label={label} description={description} errorText={error} stretch>
      <div data-wrong={error === undefined ? undefined : true}>
        <CodeEditor
          value={value}
          language="json"
          ariaLabel={label}
          minHeight="220px"
          onChange={onChange}
          onSave={onSave}
        />
      </div>
    </FormField>
  );
}

/** AWS's message if it is about the document. */
export function documentError(submit: Submit<never, unknown> | Pick<Submit<never, unknown>, "failure">) {
  return isAboutDocument(submit.failure) ? submit.failure?.message : undefined;
}

const isAboutDocument = (told: { code: string; field?: string } | undefined) =>
  told !== undefined && (/MalformedPolicyDocument/.test(told.code) || /olicyDocument/.test(told.field ?? ""));

interface PolicyEditorProps {
  label: string;
  document: string;
  save: (document: string) => Promise<unknown>;
  done: () => string;
  onClose?: () => void;
  /** Fields above the editor, with the message that is about none of what is here. */
  children?: (error: string | undefined) => ReactNode;
}

/** A document with Save: what is typed stays until it is taken. */
export function PolicyEditor({ label, document, save, done, onClose, children }: PolicyEditorProps) {
  const [typed, setTyped] = useState(document);
  const [trouble, setTrouble] = useState<string>();
  const submit = useSubmit(save, { done });
  const form = useFocusWrong(trouble ?? submit.failure);
  const run = async () => {
    const wrong = jsonTrouble(typed);
    setTrouble(wrong);
    if (wrong === undefined && (await submit.run(typed))) {
      onClose?.();
    }
  };
  const about = trouble ?? documentError(submit);
  const other =
    about === undefined && submit.failure ? `${submit.failure.code}: ${submit.failure.message}` : undefined;
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <SpaceBetween size="m">
        {children?.(other)}
        <DocumentField
          label={label}
          value={typed}
          error={about ?? (children === undefined ? other : undefined)}
          onChange={setTyped}
          onSave={() => void run()}
        />
        <SpaceBetween direction="horizontal" size="xs">
          {onClose === undefined ? (
            <Button formAction="none" disabled={typed === document} onClick={() => setTyped(document)}>
              Reset
            </Button>
          ) : (
            <Button variant="link" formAction="none" onClick={onClose}>
              Cancel
            </Button>
          )}
          <Button variant="primary" loading={submit.busy}>
            Save
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </form>
  );
}
