import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { endpoint, region } from "../../aws/session";
import type { TableDescription } from "../../aws/tables";
import { useFocusWrong } from "../../parts/focus-wrong";
import { notify } from "../../parts/notices";
import { asBoto3, asCli } from "./copy-as";
import { copy } from "./export";
import { FilterRows } from "./filter-rows";
import { KeyCondition } from "./key-condition";
import { ProjectionField } from "./projection-field";
import { newQuestion, type Question } from "./question";
import { type Mistakes, mistakesOf, requestOf } from "./request";
import { indexNames, schemaOf } from "./table-keys";

interface QuestionFormProps {
  name: string;
  table: TableDescription;
  /** What the address says. */
  asked: Question;
  /** What the server said to it, by field. */
  refused: Mistakes;
  busy: boolean;
  /** Attributes that were seen, to choose from. */
  known: string[];
  onRun: (question: Question) => void;
}

const COLUMNS = [
  { colspan: { default: 12, s: 3 } },
  { colspan: { default: 12, s: 5 } },
  { colspan: { default: 12, s: 4 } },
];

/** What to ask, typed at leisure; it counts from Run on. */
export function QuestionForm(props: QuestionFormProps) {
  const { table, asked, refused } = props;
  const [question, setQuestion] = useFollowing(asked);
  const [missing, setMissing] = useState<Mistakes>({});
  const schema = schemaOf(table, question.index);
  const mistakes = { ...refused, ...missing };
  const wrong = JSON.stringify(mistakes);
  const form = useFocusWrong(wrong === "{}" ? undefined : wrong);
  const change = (part: Partial<Question>) => setQuestion({ ...question, ...part });
  const run = () => {
    const found = schema === undefined ? {} : mistakesOf(question, schema);
    setMissing(found);
    if (Object.keys(found).length === 0 && schema !== undefined) {
      props.onRun(question);
    }
  };
  const reset = () => {
    setMissing({});
    setQuestion({ ...newQuestion(), pageSize: asked.pageSize });
    props.onRun({ ...newQuestion(), pageSize: asked.pageSize });
  };
  return (
    <ExpandableSection variant="container" headerText="Scan or query items" defaultExpanded>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <SpaceBetween size="l">
          <Grid gridDefinition={COLUMNS}>
            <div style={{ paddingBlockStart: 24 }}>
              <SegmentedControl
                label="Scan or query"
                selectedId={question.mode}
                options={[
                  { id: "scan", text: "Scan" },
                  { id: "query", text: "Query" },
                ]}
                onChange={({ detail }) => change({ mode: detail.selectedId === "query" ? "query" : "scan" })}
              />
            </div>
            <IndexField {...props} question={question} error={mistakes.index} onChange={change} />
            <ProjectionField question={question} known={props.known} onChange={change} />
          </Grid>
          {question.mode === "query" && schema !== undefined ? (
            <KeyCondition question={question} schema={schema} mistakes={mistakes} onChange={change} />
          ) : null}
          <FilterRows
            filters={question.filters}
            known={props.known}
            mistakes={mistakes}
            onChange={(filters) => change({ filters })}
          />
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="primary" loading={props.busy}>
              Run
            </Button>
            <Button formAction="none" onClick={reset}>
              Reset
            </Button>
            <CopyRequest name={props.name} table={table} question={question} />
          </SpaceBetween>
        </SpaceBetween>
      </form>
    </ExpandableSection>
  );
}

/** What is typed, until the address says something else (one went back, or followed a link). */
function useFollowing(asked: Question): [Question, (question: Question) => void] {
  const [state, setState] = useState({ asked, question: asked });
  if (state.asked !== asked) {
    setState({ asked, question: asked });
  }
  return [state.question, (question) => setState({ asked, question })];
}

function IndexField({
  name,
  table,
  question,
  error,
  onChange,
}: QuestionFormProps & {
  question: Question;
  error: string | undefined;
  onChange: (part: Partial<Question>) => void;
}) {
  const options = [
    { value: "", label: `Table - ${name}` },
    ...indexNames(table).map((index) => ({ value: index, label: `Index - ${index}` })),
  ];
  const missing = { value: question.index, label: question.index };
  return (
    <FormField label="Select a table or index" errorText={error} stretch>
      <Select
        selectedOption={options.find(({ value }) => value === question.index) ?? missing}
        options={options}
        onChange={({ detail }) => onChange({ index: detail.selectedOption.value ?? "" })}
      />
    </FormField>
  );
}

function CopyRequest({
  name,
  table,
  question,
}: {
  name: string;
  table: TableDescription;
  question: Question;
}) {
  const [own, schema] = [schemaOf(table), schemaOf(table, question.index)];
  const copyAs = (form: string) => {
    if (own !== undefined && schema !== undefined) {
      const place = { endpoint: endpoint(), region: region() };
      const request = requestOf(name, question, own, schema);
      void copy(form === "cli" ? asCli(request, place) : asBoto3(request, place)).then(() =>
        notify(
          "success",
          `The request was copied as ${form === "cli" ? "an aws CLI command" : "boto3 code"}.`,
        ),
      );
    }
  };
  return (
    <ButtonDropdown
      items={[
        { id: "cli", text: "aws CLI command" },
        { id: "boto3", text: "boto3 code" },
      ]}
      onItemClick={({ detail }) => copyAs(detail.id)}
    >
      Copy request as
    </ButtonDropdown>
  );
}
