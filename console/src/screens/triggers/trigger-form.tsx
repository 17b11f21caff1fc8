import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useFocusWrong } from "../../parts/focus-wrong";
import type { Submit } from "../../parts/submit";
import { blamed } from "./blame";
import { type Draft, type Wrong, wrongs } from "./draft";
import { FilterFields } from "./filter-fields";
import { BatchFields, FailureFields, PLACED } from "./trigger-fields";

const FILTERS = "filterCriteria";

interface TriggerFormProps {
  initial: Draft;
  /** The fields above those that creating and editing share, given what is wrong. */
  above: (wrong: Wrong) => ReactNode;
  /** What more is wrong, by field. */
  check?: () => Wrong;
  /** In place of AWS's message, when there is something to be done about it before it is sent again. */
  instead?: ((again: () => Promise<void>) => ReactNode) | undefined;
  submit: Submit<Draft, unknown>;
  action: string;
  cancel: string;
}

/** What creating and editing a trigger have in common. */
export function TriggerForm({ initial, above, check, instead, submit, action, cancel }: TriggerFormProps) {
  const [draft, setDraft] = useState(initial);
  const [wrong, setWrong] = useState<Wrong>({});
  const form = useFocusWrong(Object.keys(wrong).length > 0 ? wrong : submit.failure);
  const change = (next: Draft) => {
    setDraft(next);
    setWrong({});
  };
  const send = async () => {
    const found = { ...check?.(), ...wrongs(draft) };
    setWrong(found);
    if (Object.keys(found).length === 0) {
      await submit.run(draft);
    } else {
      submit.reset();
    }
  };
  const { failure } = submit;
  const field = blamed(failure);
  const errorOf = (...parameters: string[]) =>
    field !== undefined && parameters.includes(field) ? failure?.message : undefined;
  const placed = field !== undefined && [...PLACED, FILTERS].includes(field);
  const error =
    failure === undefined || placed || instead ? undefined : `${failure.code}: ${failure.message}`;
  const fields = { draft, change, wrong, errorOf };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" href={cancel}>
              Cancel
            </Button>
            <Button variant="primary" formAction="submit" loading={submit.busy}>
              {action}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {above(wrong)}
          <BatchFields {...fields} />
          <FilterFields {...fields} error={errorOf(FILTERS)} />
          <FailureFields {...fields} />
          {instead?.(send)}
          {error === undefined ? null : <Alert type="error">{error}</Alert>}
        </SpaceBetween>
      </Form>
    </form>
  );
}
