import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { looksTyped } from "../../aws/item-json";
import { CodeEditor } from "../../parts/code-editor";

interface JsonViewProps {
  text: string;
  typed: boolean;
  /** What is wrong with the text, or what AWS said to it. */
  error: string | undefined;
  onChange: (text: string) => void;
  onTyped: (typed: boolean) => void;
  /** Take the text as it stands for DynamoDB JSON. */
  onTakeAsTyped: () => void;
  onSave: () => void;
}

/** The item as JSON, with its types or plain. */
export function JsonView({ text, typed, error, onChange, onTyped, onTakeAsTyped, onSave }: JsonViewProps) {
  return (
    <SpaceBetween size="m">
      <Toggle checked={typed} onChange={({ detail }) => onTyped(detail.checked)}>
        View DynamoDB JSON
      </Toggle>
      {!typed && looksTyped(text) ? (
        <Alert
          type="info"
          action={
            <Button formAction="none" onClick={onTakeAsTyped}>
              Read it as DynamoDB JSON
            </Button>
          }
        >
          This looks like DynamoDB JSON. As plain JSON, every value here is a map.
        </Alert>
      ) : null}
      <FormField
        label="Item"
        description={
          typed
            ? 'Each value with its type, for instance {"name": {"S": "Ada"}, "age": {"N": "36"}}.'
            : 'Values alone, for instance {"name": "Ada", "age": 36}. Sets and binary values stay what they were.'
        }
        errorText={error}
        stretch
      >
        <CodeEditor
          value={text}
          language="json"
          ariaLabel="Item as JSON"
          minHeight="320px"
          maxHeight="60vh"
          onChange={onChange}
          onSave={onSave}
        />
      </FormField>
    </SpaceBetween>
  );
}
