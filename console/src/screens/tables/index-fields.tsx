import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { UnitFields } from "./capacity-fields";
import type { Billing, IndexDraft, Projection } from "./draft";
import { KeyFields } from "./key-fields";
import { indexPlace, type Places } from "./places";

const PROJECTIONS = [
  { value: "ALL", label: "All", description: "All of the table's attributes." },
  { value: "KEYS_ONLY", label: "Only keys", description: "Only the keys of the index and of the table." },
  { value: "INCLUDE", label: "Include", description: "The keys, and the attributes that you name." },
];

interface IndexFieldsProps {
  value: IndexDraft;
  billing: Billing;
  errors: Places;
  onChange: (value: IndexDraft) => void;
}

/** All that defines a secondary index. */
export function IndexFields({ value, billing, errors, onChange }: IndexFieldsProps) {
  const error = (field: string) => errors[indexPlace(value.id, field)];
  const global = value.kind === "global";
  return (
    <SpaceBetween size="m">
      {global ? (
        <KeyFields
          label="Partition key"
          value={value.partitionKey}
          error={error("partitionKey")}
          onChange={(partitionKey) => onChange({ ...value, partitionKey })}
        />
      ) : null}
      <KeyFields
        label="Sort key"
        optional={global}
        value={value.sortKey}
        error={error("sortKey")}
        onChange={(sortKey) => onChange({ ...value, sortKey })}
      />
      <FormField
        label="Index name"
        errorText={error("name")}
        constraintText="Between 3 and 255 characters: A-Z, a-z, 0-9, underscore, hyphen and period."
      >
        <Input
          value={value.name}
          placeholder="Enter the index name"
          onChange={({ detail }) => onChange({ ...value, name: detail.value })}
        />
      </FormField>
      <ProjectionFields value={value} error={error("attributes")} onChange={onChange} />
      {global && billing === "PROVISIONED" ? (
        <UnitFields
          value={value.units}
          readError={error("readUnits")}
          writeError={error("writeUnits")}
          onChange={(units) => onChange({ ...value, units })}
        />
      ) : null}
    </SpaceBetween>
  );
}

interface ProjectionFieldsProps {
  value: IndexDraft;
  error: string | undefined;
  onChange: (value: IndexDraft) => void;
}

function ProjectionFields({ value, error, onChange }: ProjectionFieldsProps) {
  const choose = (type: string | undefined) =>
    onChange({ ...value, projection: (type ?? "ALL") as Projection });
  return (
    <>
      <FormField
        label="Attribute projections"
        description="What is copied from the table to the index."
        errorText={value.projection === "INCLUDE" ? undefined : error}
      >
        <Select
          selectedOption={PROJECTIONS.find((option) => option.value === value.projection) ?? null}
          options={PROJECTIONS}
          triggerVariant="option"
          onChange={({ detail }) => choose(detail.selectedOption.value)}
        />
      </FormField>
      {value.projection === "INCLUDE" ? (
        <FormField
          label="Attributes to project"
          constraintText="Names of attributes, with commas between."
          errorText={error}
        >
          <Input
            value={value.attributes}
            placeholder="title, author"
            onChange={({ detail }) => onChange({ ...value, attributes: detail.value })}
          />
        </FormField>
      ) : null}
    </>
  );
}
