import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useRef, useState } from "react";
import { CodeEditor } from "../../parts/code-editor";
import { focusFirstWrong } from "../../parts/first-wrong";
import { type Submit, useSubmit } from "../../parts/submit";
import { jsonTrouble } from "./documents";

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
    <FormField label={label} description={description} errorText={error ?? ""} stretch>
      <div {...(error ? { "data-wrong": true } : {})}>
        <CodeEditor
          value={value}
          language="json"
          ariaLabel={label}
          minHeight="220px"
          onChange={onChange}
          {...(onSave === undefined ? {} : { onSave })}
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
  const form = useRef<HTMLFormElement>(null);
  const submit = useSubmit(
    async (given: string) => {
      await save(given);
      return true;
    },
    { done },
  );
  const run = async () => {
    const wrong = jsonTrouble(typed);
    setTrouble(wrong);
    if (wrong === undefined && (await submit.run(typed))) {
      onClose?.();
    } else if (form.current !== null) {
      focusFirstWrong(form.current);
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
