import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { type FormEvent, useState } from "react";
import { failure } from "../../aws/failure";
import { createTable, describeTable, setTimeToLive, untilActive } from "../../aws/tables";
import { useFocusWrong } from "../../parts/focus-wrong";
import { useGo } from "../../parts/go";
import { isBack } from "../../parts/gone";
import { notify } from "../../parts/notices";
import { Page } from "../../parts/page";
import { goneTable, isOpen } from "../../parts/queries";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { CustomSettings } from "./custom-settings";
import { DefaultSettings } from "./default-settings";
import { creation, newTable, type TableDraft } from "./draft";
import { KeyFields } from "./key-fields";
import { type Places, placesOfTable } from "./places";
import { TagFields } from "./tag-fields";

/** Make the table, and then what CreateTable itself cannot do for it. Whether it is ready. */
async function create(draft: TableDraft): Promise<boolean> {
  await createTable(creation(draft));
  isBack(goneTable(draft.name));
  if (draft.customised && draft.ttlAttribute !== "") {
    await untilActive(draft.name)
      .then(() => setTimeToLive(draft.name, draft.ttlAttribute, true))
      .catch((error: unknown) => {
        notify("error", `The table was created, but not its Time to Live: ${failure(error).message}`);
      });
  }
  return isOpen(await describeTable(draft.name));
}

export default function CreateTable() {
  const [draft, setDraft] = useState(newTable);
  const go = useGo();
  const submit = useSubmit(create, {
    done: (ready, { name }) => `The table ${name} ${ready ? "was" : "is being"} created.`,
  });
  const form = useFocusWrong(submit.failure);
  const errors = submit.failure === undefined ? {} : placesOfTable(submit.failure.message, draft);
  const unplaced = submit.failure !== undefined && Object.keys(errors).length === 0;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (await submit.run(draft)) {
      go(paths.table(draft.name));
    }
  };
  return (
    <Page title="Create table" crumbs={[{ text: "Tables", href: paths.tables() }]}>
      <form ref={form} onSubmit={(event) => void send(event)}>
        <Form actions={<Actions busy={submit.busy} />} errorText={unplaced ? submit.formError() : undefined}>
          <Fields
            draft={draft}
            errors={errors}
            onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
          />
        </Form>
      </form>
    </Page>
  );
}

function Actions({ busy }: { busy: boolean }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button variant="link" formAction="none" href={paths.tables()}>
        Cancel
      </Button>
      <Button variant="primary" formAction="submit" loading={busy}>
        Create table
      </Button>
    </SpaceBetween>
  );
}

interface FieldsProps {
  draft: TableDraft;
  errors: Places;
  onChange: (change: Partial<TableDraft>) => void;
}

function Fields({ draft, errors, onChange }: FieldsProps) {
  return (
    <SpaceBetween size="l">
      <Details draft={draft} errors={errors} onChange={onChange} />
      <Container header={<Header variant="h2">Table settings</Header>}>
        <SpaceBetween size="l">
          <Tiles
            value={draft.customised ? "custom" : "default"}
            ariaLabel="Table settings"
            onChange={({ detail }) => onChange({ customised: detail.value === "custom" })}
            items={[
              {
                value: "default",
                label: "Default settings",
                description: "The fastest way. Most of it can be changed later.",
              },
              {
                value: "custom",
                label: "Customize settings",
                description: "Choose capacity, indexes, the stream and more now.",
              },
            ]}
          />
          {draft.customised ? null : <DefaultSettings />}
        </SpaceBetween>
      </Container>
      {draft.customised ? <CustomSettings draft={draft} errors={errors} onChange={onChange} /> : null}
      <Container
        header={
          <Header variant="h2" description="Keys and optional values, to find and group tables by.">
            Tags
          </Header>
        }
      >
        <TagFields value={draft.tags} errors={errors} onChange={(tags) => onChange({ tags })} />
      </Container>
    </SpaceBetween>
  );
}

function Details({ draft, errors, onChange }: FieldsProps) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="A table needs no schema: only its name and the key that tells its items apart."
        >
          Table details
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FormField
          label="Table name"
          description="This identifies the table."
          constraintText="Between 3 and 255 characters: A-Z, a-z, 0-9, underscore, hyphen and period."
          errorText={errors.name}
        >
          <Input
            value={draft.name}
            autoFocus
            placeholder="Enter a name for the table"
            onChange={({ detail }) => onChange({ name: detail.value })}
          />
        </FormField>
        <KeyFields
          label="Partition key"
          description="Part of the primary key: items with the same value are kept together."
          value={draft.partitionKey}
          error={errors.partitionKey}
          onChange={(partitionKey) => onChange({ partitionKey })}
        />
        <KeyFields
          label="Sort key"
          optional
          description="The second part of the primary key: it orders the items with the same partition key."
          value={draft.sortKey}
          error={errors.sortKey}
          onChange={(sortKey) => onChange({ sortKey })}
        />
      </SpaceBetween>
    </Container>
  );
}
