import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { TYPE_NAMES, TYPES } from "../../aws/attributes";
import {
  CONDITIONS,
  type Condition,
  FILTER_TYPES,
  type Filter,
  type FilterType,
  LABELS,
  newFilter,
  takesTypedValue,
} from "./question";
import type { Mistakes } from "./request";

interface FilterRowsProps {
  filters: Filter[];
  known: string[];
  mistakes: Mistakes;
  onChange: (filters: Filter[]) => void;
}

type Change = (at: number, part: Partial<Filter>) => void;

const option = (value: string, label: string) => ({ value, label });
const TYPE_OPTIONS = FILTER_TYPES.map((type) => option(type, TYPE_NAMES[type]));
const ALL_TYPES = TYPES.map((type) => option(type, TYPE_NAMES[type]));
const CONDITION_OPTIONS = CONDITIONS.map((one) => option(one, LABELS[one]));
const BOOLEANS = [option("true", "True"), option("false", "False")];

/** Filters leave out items after they were read; all of them must hold. */
export function FilterRows({ filters, known, mistakes, onChange }: FilterRowsProps) {
  const change: Change = (at, part) =>
    onChange(filters.map((filter, index) => (index === at ? { ...filter, ...part } : filter)));
  return (
    <SpaceBetween size="xxxs">
      <Box variant="awsui-key-label">Filters - optional</Box>
      <AttributeEditor
        items={filters}
        addButtonText="Add filter"
        removeButtonText="Remove"
        removeButtonAriaLabel={(filter) => `Remove the filter on ${filter.attribute || "no attribute"}`}
        onAddButtonClick={() => onChange([...filters, newFilter()])}
        onRemoveButtonClick={({ detail }) => onChange(filters.filter((_, at) => at !== detail.itemIndex))}
        definition={[
          {
            label: "Attribute name",
            errorText: (_, at) => mistakes[`name ${at}`],
            control: (filter, at) => <NameControl filter={filter} at={at} known={known} change={change} />,
          },
          { label: "Condition", control: (filter, at) => conditionControl(filter, at, change) },
          { label: "Type", control: (filter, at) => typeControl(filter, at, change) },
          {
            label: "Value",
            errorText: (_, at) => mistakes[`filter ${at}`],
            control: (filter, at) => <ValueControl filter={filter} at={at} change={change} />,
          },
        ]}
      />
    </SpaceBetween>
  );
}

interface ControlProps {
  filter: Filter;
  at: number;
  change: Change;
}

function NameControl({ filter, at, known, change }: ControlProps & { known: string[] }) {
  return (
    <Autosuggest
      value={filter.attribute}
      options={known.map((value) => ({ value }))}
      enteredTextLabel={(value) => `Use ${value}`}
      placeholder="Enter attribute name"
      ariaLabel={`Attribute name of filter ${at + 1}`}
      onChange={({ detail }) => change(at, { attribute: detail.value })}
    />
  );
}

const conditionControl = (filter: Filter, at: number, change: Change) => (
  <Select
    selectedOption={option(filter.condition, LABELS[filter.condition])}
    options={CONDITION_OPTIONS}
    ariaLabel={`Condition of filter ${at + 1}`}
    onChange={({ detail }) => change(at, withCondition(filter, detail.selectedOption.value as Condition))}
  />
);

const typeControl = (filter: Filter, at: number, change: Change) => (
  <Select
    selectedOption={option(filter.type, TYPE_NAMES[filter.type])}
    options={TYPE_OPTIONS}
    disabled={!takesTypedValue(filter.condition)}
    ariaLabel={`Type of filter ${at + 1}`}
    onChange={({ detail }) => change(at, withKind(filter, detail.selectedOption.value as FilterType))}
  />
);

/** A value that cannot be of the new kind gives way to one that can. */
const withCondition = (filter: Filter, condition: Condition): Partial<Filter> =>
  condition === "type" && !TYPES.some((type) => type === filter.value)
    ? { condition, value: "S" }
    : { condition };

const withKind = (filter: Filter, type: FilterType): Partial<Filter> =>
  type === "BOOL" && !BOOLEANS.some(({ value }) => value === filter.value)
    ? { type, value: "true" }
    : { type };

function ValueControl({ filter, at, change }: ControlProps) {
  const { condition, type, value, other } = filter;
  const label = `Value of filter ${at + 1}`;
  if (condition.endsWith("exists") || (takesTypedValue(condition) && type === "NULL")) {
    return <Input value="" disabled ariaLabel={label} placeholder="No value needed" />;
  }
  const choices = condition === "type" ? ALL_TYPES : BOOLEANS;
  if (condition === "type" || (takesTypedValue(condition) && type === "BOOL")) {
    return (
      <Select
        selectedOption={choices.find((one) => one.value === value) ?? null}
        options={choices}
        ariaLabel={label}
        onChange={({ detail }) => change(at, { value: detail.selectedOption.value ?? "" })}
      />
    );
  }
  const input = (
    <Input
      value={value}
      ariaLabel={label}
      placeholder="Enter attribute value"
      onChange={({ detail }) => change(at, { value: detail.value })}
    />
  );
  return condition !== "between" ? (
    input
  ) : (
    <Grid gridDefinition={[{ colspan: 6 }, { colspan: 6 }]}>
      {input}
      <Input
        value={other}
        ariaLabel={`Upper value of filter ${at + 1}`}
        placeholder="to"
        onChange={({ detail }) => change(at, { other: detail.value })}
      />
    </Grid>
  );
}
