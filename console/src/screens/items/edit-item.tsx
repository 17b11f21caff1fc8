import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { type Item, sameItem } from "../../aws/attributes";
import { ChangedMeanwhile, saveItem } from "../../aws/items";
import type { TableDescription } from "../../aws/tables";
import { changesOnly, differences } from "../../parts/diff";
import { useGo } from "../../parts/go";
import { ItemDiff } from "../../parts/item-diff";
import { LoadedTable } from "../../parts/no-table";
import { Page } from "../../parts/page";
import { useTable } from "../../parts/queries";
import { Empty, Loaded } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { Conflict } from "./conflict";
import { ItemEditor } from "./item-editor";
import { crumbsTo, itemsAddress, useItem } from "./items-page";
import { refusalOf } from "./refusal";
import { keyOf, keysOf, schemaOf } from "./table-keys";
import { type ItemEditing, useEditing } from "./use-editing";

/** An item that is there: `?key=` its key as DynamoDB JSON. */
export default function EditItem() {
  const { name = "" } = useParams();
  const [parameters] = useSearchParams();
  const key = parameters.get("key") ?? "{}";
  const table = useTable(name, false);
  const item = useItem(name, key);
  return (
    <Page
      title="Edit item"
      crumbs={crumbsTo(name, true)}
      actions={<Button href={paths.duplicateItem(name, key)}>Duplicate item</Button>}
    >
      <LoadedTable query={table} label="Loading the table">
        {(told) => (
          <Loaded query={item} label="Loading the item">
            {({ found }) => <Versions key={key} name={name} table={told} found={found} />}
          </Loaded>
        )}
      </LoadedTable>
    </Page>
  );
}

/** Begins anew with another version of the item, when somebody prefers theirs. */
function Versions({
  name,
  table,
  found,
}: {
  name: string;
  table: TableDescription;
  found: Item | undefined;
}) {
  const [base, setBase] = useState({ item: found, version: 0 });
  if (base.item === undefined) {
    return (
      <Empty title="There is no such item" action={<Button href={itemsAddress(name)}>Explore items</Button>}>
        The table has no item with this key (any more).
      </Empty>
    );
  }
  return (
    <EditingItem
      key={base.version}
      name={name}
      table={table}
      before={base.item}
      onTakeTheirs={(item) => setBase({ item, version: base.version + 1 })}
    />
  );
}

const MOVED = "The key of an item cannot change. Put it back, or duplicate the item under another key.";

interface EditingItemProps {
  name: string;
  table: TableDescription;
  before: Item;
  onTakeTheirs: (theirs: Item | undefined) => void;
}

function EditingItem({ name, table, before, onTakeTheirs }: EditingItemProps) {
  const schema = schemaOf(table);
  const keys = schema === undefined ? [] : keysOf(schema);
  const names = keys.map((key) => key.name);
  const editing = useEditing(before, keys);
  const go = useGo();
  const [theirs, setTheirs] = useState<{ item: Item | undefined }>();
  const submit = useSubmit(
    async ({ after, on }: { after: Item; on: Item | undefined }) => {
      setTheirs(undefined);
      await saveItem({ table: name, key: keyOf(before, names), before: on, after }).catch((thrown) => {
        if (thrown instanceof ChangedMeanwhile) {
          setTheirs({ item: thrown.theirs });
        }
        throw thrown;
      });
    },
    { done: () => `The item was saved in ${name}.` },
  );
  const save = async (on: Item | undefined) => {
    const after = editing.check();
    if (after !== undefined && (await submit.run({ after, on }))) {
      go(itemsAddress(name));
    }
  };
  const now = editing.understood.item;
  const unchanged = now !== undefined && sameItem(before, now);
  // The JSON can be given another key, but no update moves an item.
  const moved = now !== undefined && !sameItem(keyOf(before, names), keyOf(now, names));
  const refused = theirs === undefined ? refusalOf(submit.failure, editing, names) : undefined;
  const refusal = moved ? { attribute: names[0] ?? "", message: MOVED } : refused;
  const savable = !unchanged && !moved;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (savable) {
          void save(before);
        }
      }}
    >
      <Form
        errorText={refusal === undefined && theirs === undefined ? submit.formError() : undefined}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" href={itemsAddress(name)}>
              Cancel
            </Button>
            <Button
              variant="primary"
              loading={submit.busy}
              disabled={unchanged}
              disabledReason="Nothing was changed yet."
            >
              Save changes
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <ItemEditor
            item={editing}
            keys={keys}
            fixed
            refusal={refusal}
            onSave={() => (savable ? void save(before) : undefined)}
          />
          <Review before={before} editing={editing} keys={names} />
          {theirs === undefined ? null : (
            <Conflict
              told={submit.failure?.message ?? ""}
              before={before}
              theirs={theirs.item}
              keys={names}
              busy={submit.busy}
              onOverwrite={() => (moved ? undefined : void save(theirs.item))}
              onTakeTheirs={() => onTakeTheirs(theirs.item)}
            />
          )}
        </SpaceBetween>
      </Form>
    </form>
  );
}

/** What saving would do. */
function Review({ before, editing, keys }: { before: Item; editing: ItemEditing; keys: string[] }) {
  const after = editing.understood.item;
  const changes = after === undefined ? [] : changesOnly(differences(before, after, keys));
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${changes.length})`}
          description="What saving does to the item. It is refused if somebody changes the item before you."
        >
          Review changes
        </Header>
      }
    >
      {after === undefined ? (
        <Box color="text-body-secondary">The changes show here once what is written above is an item.</Box>
      ) : changes.length === 0 ? (
        <Box color="text-body-secondary">Nothing was changed yet.</Box>
      ) : (
        <ItemDiff before={before} after={after} keys={keys} titles={["Before", "After saving"]} changesOnly />
      )}
    </Container>
  );
}
