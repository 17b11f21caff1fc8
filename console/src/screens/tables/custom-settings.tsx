import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import Toggle from "@cloudscape-design/components/toggle";
import { CapacityFields } from "./capacity-fields";
import type { TableClass, TableDraft } from "./draft";
import { IndexDrafts } from "./index-drafts";
import type { Places } from "./places";
import { ViewTypeTiles } from "./view-type-tiles";

interface CustomSettingsProps {
  draft: TableDraft;
  errors: Places;
  onChange: (change: Partial<TableDraft>) => void;
}

export function CustomSettings({ draft, errors, onChange }: CustomSettingsProps) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Table class</Header>}>
        <TableClassTiles value={draft.tableClass} onChange={(tableClass) => onChange({ tableClass })} />
      </Container>
      <Container header={<Header variant="h2">Read/write capacity settings</Header>}>
        <CapacityFields billing={draft.billing} units={draft.units} errors={errors} onChange={onChange} />
      </Container>
      <IndexDrafts draft={draft} errors={errors} onChange={(indexes) => onChange({ indexes })} />
      <StreamSettings draft={draft} errors={errors} onChange={onChange} />
      <Container header={<Header variant="h2">Deletion protection</Header>}>
        <Checkbox
          checked={draft.deletionProtection}
          description="The table cannot be deleted until the protection is turned off."
          onChange={({ detail }) => onChange({ deletionProtection: detail.checked })}
        >
          Turn on deletion protection
        </Checkbox>
      </Container>
    </SpaceBetween>
  );
}

function StreamSettings({ draft, errors, onChange }: CustomSettingsProps) {
  return (
    <Container header={<Header variant="h2">Changes and expiry</Header>}>
      <SpaceBetween size="l">
        <Toggle
          checked={draft.view !== undefined}
          description="A record of every change to the table's items, for triggers and other readers."
          onChange={({ detail }) => onChange({ view: detail.checked ? "NEW_AND_OLD_IMAGES" : undefined })}
        >
          Turn on DynamoDB stream
        </Toggle>
        {draft.view === undefined ? null : (
          <FormField label="View type" stretch>
            <ViewTypeTiles value={draft.view} onChange={(view) => onChange({ view })} />
          </FormField>
        )}
        <FormField
          label={
            <span>
              TTL attribute name <i>- optional</i>
            </span>
          }
          description="Items are deleted after the time that this attribute holds, in seconds since the epoch."
          errorText={errors.ttlAttribute}
        >
          <Input
            value={draft.ttlAttribute}
            placeholder="expires"
            onChange={({ detail }) => onChange({ ttlAttribute: detail.value })}
          />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

interface TableClassTilesProps {
  value: TableClass;
  onChange: (value: TableClass) => void;
}

export function TableClassTiles({ value, onChange }: TableClassTilesProps) {
  return (
    <Tiles
      value={value}
      ariaLabel="Table class"
      onChange={({ detail }) => onChange(detail.value as TableClass)}
      items={[
        {
          value: "STANDARD",
          label: "DynamoDB Standard",
          description: "The default: for most tables.",
        },
        {
          value: "STANDARD_INFREQUENT_ACCESS",
          label: "DynamoDB Standard-IA",
          description: "For data that is kept long and seldom read.",
        },
      ]}
    />
  );
}
