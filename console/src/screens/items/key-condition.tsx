import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { TYPE_NAMES } from "../../aws/attributes";
import { LABELS, type Question, SORT_OPERATORS, type SortOperator } from "./question";
import type { Mistakes } from "./request";
import type { Key, Schema } from "./table-keys";

interface KeyConditionProps {
  question: Question;
  schema: Schema;
  mistakes: Mistakes;
  onChange: (part: Partial<Question>) => void;
}

const typeHint = ({ type }: Key) => (type === "B" ? "Binary, in base64" : TYPE_NAMES[type]);

/** The partition to read, and which part of it. */
export function KeyCondition({ question, schema, mistakes, onChange }: KeyConditionProps) {
  return (
    <ColumnLayout columns={2}>
      <FormField
        label={`${schema.partition.name} (Partition key)`}
        description={typeHint(schema.partition)}
        errorText={mistakes.partition}
        stretch
      >
        <Input
          value={question.partition}
          placeholder="Enter partition key value"
          onChange={({ detail }) => onChange({ partition: detail.value })}
        />
      </FormField>
      {schema.sort === undefined ? null : (
        <SortCondition question={question} mistakes={mistakes} onChange={onChange} sort={schema.sort} />
      )}
    </ColumnLayout>
  );
}

const OPTIONS = SORT_OPERATORS.map((value) => ({ value, label: LABELS[value] }));

function SortCondition({
  question,
  mistakes,
  onChange,
  sort,
}: Omit<KeyConditionProps, "schema"> & { sort: Key }) {
  const { operator, value, other } = question.sort;
  const change = (part: Partial<Question["sort"]>) => onChange({ sort: { ...question.sort, ...part } });
  const between = operator === "between";
  const columns = between ? [4, 4, 4] : [5, 7];
  return (
    <div>
      <FormField
        label={`${sort.name} (Sort key) - optional`}
        description={typeHint(sort)}
        errorText={mistakes.sort}
        stretch
      >
        <Grid gridDefinition={columns.map((colspan) => ({ colspan }))}>
          <Select
            ariaLabel="Sort key condition"
            selectedOption={{ value: operator, label: LABELS[operator] }}
            options={OPTIONS}
            onChange={({ detail }) => change({ operator: detail.selectedOption.value as SortOperator })}
          />
          <Input
            ariaLabel={between ? "Sort key value from" : "Sort key value"}
            value={value}
            placeholder="Enter sort key value"
            onChange={({ detail }) => change({ value: detail.value })}
          />
          {between ? (
            <Input
              ariaLabel="Sort key value to"
              value={other}
              placeholder="to"
              onChange={({ detail }) => change({ other: detail.value })}
            />
          ) : null}
        </Grid>
      </FormField>
      <div style={{ marginBlockStart: 8 }}>
        <Checkbox
          checked={question.descending}
          onChange={({ detail }) => onChange({ descending: detail.checked })}
        >
          Sort descending
        </Checkbox>
      </div>
    </div>
  );
}
