import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { TYPE_NAMES } from "../../aws/attributes";
import {
  LABELS,
  newSortCondition,
  type Question,
  SORT_OPERATORS,
  type SortCondition,
  type SortOperator,
} from "./question";
import type { Mistakes } from "./request";
import type { Key, Schema } from "./table-keys";

interface KeyConditionProps {
  question: Question;
  schema: Schema;
  mistakes: Mistakes;
  onChange: (part: Partial<Question>) => void;
}

const typeHint = ({ type }: Key) => (type === "B" ? "Binary, in base64" : TYPE_NAMES[type]);

/** The partition to read, and which part of it: every attribute of the partition key, and the sort key's from the left. */
export function KeyCondition({ question, schema, mistakes, onChange }: KeyConditionProps) {
  return (
    <ColumnLayout columns={2}>
      <SpaceBetween size="m">
        {schema.partition.map((key, at) => (
          <FormField
            key={key.name}
            label={`${key.name} (Partition key${placeOf(at, schema.partition)})`}
            description={typeHint(key)}
            errorText={mistakes[`partition ${at}`]}
            stretch
          >
            <Input
              value={question.partition[at] ?? ""}
              placeholder="Enter partition key value"
              onChange={({ detail }) =>
                onChange({
                  partition: schema.partition.map((_, one) =>
                    one === at ? detail.value : (question.partition[one] ?? ""),
                  ),
                })
              }
            />
          </FormField>
        ))}
      </SpaceBetween>
      {schema.sort.length === 0 ? null : (
        <SortConditions question={question} schema={schema} mistakes={mistakes} onChange={onChange} />
      )}
    </ColumnLayout>
  );
}

/** Which of several attributes it is. */
const placeOf = (at: number, keys: Key[]) => (keys.length === 1 ? "" : ` ${at + 1} of ${keys.length}`);

function SortConditions({ question, schema, mistakes, onChange }: KeyConditionProps) {
  const conditions = schema.sort.map((_, at) => question.sort[at] ?? newSortCondition());
  // The next attribute counts once all before it are asked for one value.
  const open = conditions.findIndex(({ operator, value }) => operator !== "=" || value === "");
  return (
    <SpaceBetween size="m">
      {schema.sort.map((key, at) => (
        <SortField
          key={key.name}
          sort={key}
          place={placeOf(at, schema.sort)}
          condition={conditions[at] ?? newSortCondition()}
          error={mistakes[`sort ${at}`]}
          disabled={open >= 0 && at > open}
          onChange={(part) =>
            onChange({ sort: conditions.map((one, other) => (other === at ? { ...one, ...part } : one)) })
          }
        />
      ))}
      <Checkbox
        checked={question.descending}
        onChange={({ detail }) => onChange({ descending: detail.checked })}
      >
        Sort descending
      </Checkbox>
    </SpaceBetween>
  );
}

const OPTIONS = SORT_OPERATORS.map((value) => ({ value, label: LABELS[value] }));

interface SortFieldProps {
  sort: Key;
  place: string;
  condition: SortCondition;
  error: string | undefined;
  disabled: boolean;
  onChange: (part: Partial<SortCondition>) => void;
}

function SortField({ sort, place, condition, error, disabled, onChange }: SortFieldProps) {
  const { operator, value, other } = condition;
  const between = operator === "between";
  const columns = between ? [4, 4, 4] : [5, 7];
  return (
    <FormField
      label={`${sort.name} (Sort key${place}) - optional`}
      description={typeHint(sort)}
      errorText={error}
      stretch
    >
      <Grid gridDefinition={columns.map((colspan) => ({ colspan }))}>
        <Select
          ariaLabel={`Sort key${place} condition`}
          disabled={disabled}
          selectedOption={{ value: operator, label: LABELS[operator] }}
          options={OPTIONS}
          onChange={({ detail }) => onChange({ operator: detail.selectedOption.value as SortOperator })}
        />
        <Input
          ariaLabel={`Sort key${place} value${between ? " from" : ""}`}
          value={value}
          disabled={disabled}
          placeholder="Enter sort key value"
          onChange={({ detail }) => onChange({ value: detail.value })}
        />
        {between ? (
          <Input
            ariaLabel={`Sort key${place} value to`}
            value={other}
            disabled={disabled}
            placeholder="to"
            onChange={({ detail }) => onChange({ other: detail.value })}
          />
        ) : null}
      </Grid>
    </FormField>
  );
}
