import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CodeEditor } from "../../parts/code-editor";
import { type Draft, type Wrong, withPattern } from "./draft";

const FIRST = '{\n  "eventName": ["INSERT"]\n}';
const FILTERS_MAX = 5;

interface FilterFieldsProps {
  draft: Draft;
  change: (next: Draft) => void;
  wrong: Wrong;
  /** AWS's message about the patterns. */
  error: string | undefined;
}

/** The patterns of which a record has to match one. */
export function FilterFields({ draft, change, wrong, error }: FilterFieldsProps) {
  const only = draft.patterns.length === 1;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="The function gets the changes that match at least one of the patterns; without a pattern all of them."
        >
          Filter criteria
        </Header>
      }
    >
      <SpaceBetween size="m">
        {error === undefined || only ? null : <Alert type="error">{error}</Alert>}
        {draft.patterns.map(({ id, text }, at) => {
          const problem = wrong[`pattern ${id}`] ?? (only ? error : undefined);
          return (
            <FormField
              key={id}
              label={`Pattern ${at + 1}`}
              secondaryControl={
                <Button
                  formAction="none"
                  iconName="remove"
                  ariaLabel={`Remove pattern ${at + 1}`}
                  onClick={() =>
                    change({ ...draft, patterns: draft.patterns.filter((one) => one.id !== id) })
                  }
                />
              }
              errorText={problem}
            >
              <CodeEditor
                value={text}
                language="json"
                ariaLabel={`Pattern ${at + 1}`}
                minHeight="72px"
                onChange={(value) =>
                  change({
                    ...draft,
                    patterns: draft.patterns.map((one) => (one.id === id ? { id, text: value } : one)),
                  })
                }
              />
            </FormField>
          );
        })}
        <Button
          formAction="none"
          iconName="add-plus"
          disabled={draft.patterns.length >= FILTERS_MAX}
          onClick={() => change(withPattern(draft, draft.patterns.length === 0 ? FIRST : ""))}
        >
          Add pattern
        </Button>
        <Box fontSize="body-s" color="text-body-secondary">
          Patterns see a record as the function would: eventName, userIdentity, and under dynamodb Keys,
          NewImage and OldImage with typed values, for instance{" "}
          {'{"dynamodb": {"NewImage": {"kind": {"S": ["order"]}}}}'}.
        </Box>
      </SpaceBetween>
    </Container>
  );
}
