import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Draft, NumberField, Wrong } from "./draft";

interface TriggerFieldsProps {
  draft: Draft;
  change: (next: Draft) => void;
  wrong: Wrong;
  /** AWS's message about a request parameter. */
  errorOf: (...parameters: string[]) => string | undefined;
}

interface NumberText {
  field: NumberField;
  parameter: string;
  label: string;
  description: string;
  constraint: string;
}

const BATCH: NumberText[] = [
  {
    field: "batchSize",
    parameter: "batchSize",
    label: "Batch size",
    description: "The most records that the function gets at a time.",
    constraint: "1 to 10,000.",
  },
  {
    field: "window",
    parameter: "maximumBatchingWindowInSeconds",
    label: "Batch window in seconds",
    description: "How long to wait for a batch to fill. At 0 the function runs at once.",
    constraint: "0 to 300.",
  },
  {
    field: "lanes",
    parameter: "parallelizationFactor",
    label: "Concurrent batches per shard",
    description:
      "How many batches of a shard are processed at the same time. Changes of the same partition key stay in order.",
    constraint: "1 to 10.",
  },
  {
    field: "tumbling",
    parameter: "tumblingWindowInSeconds",
    label: "Tumbling window duration in seconds",
    description:
      "The state that the function returns comes back to it with the next batch, until the window ends.",
    constraint: "0 to 900; 0 is without windows. It needs one concurrent batch per shard.",
  },
];

const FAILURE: NumberText[] = [
  {
    field: "retries",
    parameter: "maximumRetryAttempts",
    label: "Retry attempts",
    description: "How often a batch that failed is tried again before it is discarded.",
    constraint: "0 to 10,000; -1 is until its records expire.",
  },
  {
    field: "age",
    parameter: "maximumRecordAgeInSeconds",
    label: "Maximum age of record in seconds",
    description: "Older records are discarded.",
    constraint: "60 to 604,800; -1 is until they expire.",
  },
];

/** The names of the parameters whose messages are shown beside a field. */
const DESTINATION = "destinationConfig";
const DESTINATION_HINT =
  "arn:aws:sqs:REGION:ACCOUNT:QUEUE, arn:aws:sns:REGION:ACCOUNT:TOPIC or arn:aws:s3:::BUCKET. The function's role must be allowed to write to it.";

export const PLACED = [...BATCH, ...FAILURE].map(({ parameter }) => parameter).concat(DESTINATION);

export function BatchFields(props: TriggerFieldsProps) {
  return (
    <Container header={<Header variant="h2">Batches</Header>}>
      <SpaceBetween size="l">
        {BATCH.map((text) => (
          <NumberInput key={text.field} text={text} {...props} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

/** What to do when the function fails. */
export function FailureFields(props: TriggerFieldsProps) {
  const { draft, change, errorOf } = props;
  return (
    <Container header={<Header variant="h2">When the function fails</Header>}>
      <SpaceBetween size="l">
        {FAILURE.map((text) => (
          <NumberInput key={text.field} text={text} {...props} />
        ))}
        <Checkbox
          checked={draft.bisect}
          description="A batch that failed is cut in two until the record that fails is alone."
          onChange={({ detail }) => change({ ...draft, bisect: detail.checked })}
        >
          Split batch on error
        </Checkbox>
        <Checkbox
          checked={draft.reports}
          description="The function answers with batchItemFailures, and what is before the first of them counts as delivered."
          onChange={({ detail }) => change({ ...draft, reports: detail.checked })}
        >
          Report batch item failures
        </Checkbox>
        <FormField
          label={
            <>
              On-failure destination <i>- optional</i>
            </>
          }
          description="The ARN of a queue, a topic or a bucket that is told of each batch that is discarded."
          constraintText={DESTINATION_HINT}
          errorText={errorOf(DESTINATION)}
          stretch
        >
          <Input
            value={draft.destination}
            placeholder="arn:aws:sqs:us-east-1:000000000000:my-queue"
            spellcheck={false}
            autoComplete={false}
            onChange={({ detail }) => change({ ...draft, destination: detail.value })}
          />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

function NumberInput({ text, draft, change, wrong, errorOf }: TriggerFieldsProps & { text: NumberText }) {
  return (
    <FormField
      label={text.label}
      description={text.description}
      constraintText={text.constraint}
      errorText={wrong[text.field] ?? errorOf(text.parameter)}
    >
      <Input
        value={draft[text.field]}
        inputMode="numeric"
        onChange={({ detail }) => change({ ...draft, [text.field]: detail.value })}
      />
    </FormField>
  );
}
