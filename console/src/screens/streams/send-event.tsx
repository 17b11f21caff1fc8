import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type Invocation, invoke } from "../../aws/invocations";
import { FormModal } from "../../parts/form-modal";
import { useFunctions } from "../../parts/queries";
import { useSubmit } from "../../parts/submit";

/** Invokes a function with the event of one change, as a trigger would, and shows what it answers. */
export function SendEvent({ event, close }: { event: string; close: () => void }) {
  const functions = useFunctions();
  const [name, setName] = useState<string>();
  const [answer, setAnswer] = useState<Invocation>();
  const send = useSubmit((to: string) => invoke(to, event));
  const options = (functions.data ?? []).map(({ FunctionName = "" }) => ({ value: FunctionName }));
  const go = async () => {
    if (name !== undefined) {
      setAnswer(undefined);
      setAnswer((await send.run(name))?.output);
    }
  };
  return (
    <FormModal
      title="Send to a function"
      action="Send"
      leave="Close"
      size="large"
      busy={send.busy}
      disabled={name === undefined}
      failure={send.failure}
      onSubmit={() => void go()}
      onDismiss={close}
    >
      <FormField
        label="Function"
        description="It is invoked once with this event. Triggers know nothing of it."
        errorText={send.failure?.message}
      >
        <Select
          options={options}
          selectedOption={name === undefined ? null : { value: name }}
          placeholder="Choose a function"
          filteringType="auto"
          statusType={functions.isPending ? "loading" : "finished"}
          empty="There are no functions"
          onChange={({ detail }) => setName(detail.selectedOption.value)}
        />
      </FormField>
      {answer === undefined ? null : <Answer answer={answer} />}
    </FormModal>
  );
}

function Answer({ answer }: { answer: Invocation }) {
  return (
    <Alert
      type={answer.error === undefined ? "success" : "error"}
      header={answer.error === undefined ? "The function answered" : "The function failed"}
    >
      <SpaceBetween size="xs">
        <Text label="What it answered" text={answer.payload} />
        <Text label="What it logged" text={answer.log} />
      </SpaceBetween>
    </Alert>
  );
}

function Text({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      <Box variant="code">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre tabIndex={0} style={{ margin: 0, whiteSpace: "pre-wrap", maxHeight: 240, overflow: "auto" }}>
          {text}
        </pre>
      </Box>
    </div>
  );
}
