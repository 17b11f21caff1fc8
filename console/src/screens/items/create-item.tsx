import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams, useSearchParams } from "react-router";
import type { Item } from "../../aws/attributes";
import { createItem } from "../../aws/items";
import type { TableDescription } from "../../aws/tables";
import { useGo } from "../../parts/go";
import { LoadedTable } from "../../parts/no-table";
import { Page } from "../../parts/page";
import { useTable } from "../../parts/queries";
import { Empty, Loaded } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { ItemEditor } from "./item-editor";
import { crumbsTo, itemsAddress, useItem } from "./items-page";
import { refusalOf } from "./refusal";
import { type Key, keysOf, keyText, schemaOf } from "./table-keys";
import { useEditing } from "./use-editing";

/** A new item: from nothing, or from one that is there already (`?from=` its key). */
export default function CreateItem() {
  const { name = "" } = useParams();
  const [parameters] = useSearchParams();
  const from = parameters.get("from");
  const table = useTable(name, false);
  return (
    <Page
      title="Create item"
      crumbs={crumbsTo(name, true)}
      description="Attributes can be nested inside one another, up to 32 levels deep."
    >
      <LoadedTable query={table} label="Loading the table">
        {(told) =>
          from === null ? (
            <Creating name={name} table={told} start={undefined} />
          ) : (
            <Duplicating name={name} table={told} from={from} />
          )
        }
      </LoadedTable>
    </Page>
  );
}

function Duplicating({ name, table, from }: { name: string; table: TableDescription; from: string }) {
  const item = useItem(name, from);
  return (
    <Loaded query={item} label="Loading the item">
      {({ found }) =>
        found === undefined ? (
          <Empty
            title="There is no such item"
            action={<Button href={itemsAddress(name)}>Explore items</Button>}
          >
            The item to duplicate is not in the table any more.
          </Empty>
        ) : (
          <Creating name={name} table={table} start={found} />
        )
      }
    </Loaded>
  );
}

function Creating({
  name,
  table,
  start,
}: {
  name: string;
  table: TableDescription;
  start: Item | undefined;
}) {
  const schema = schemaOf(table);
  const keys = schema === undefined ? [] : keysOf(schema);
  const names = keys.map((key) => key.name);
  const editing = useEditing(start ?? emptyItem(keys), keys);
  const go = useGo();
  const submit = useSubmit((item: Item) => createItem(name, item, names[0] ?? ""), {
    done: () => `The item was created in ${name}.`,
  });
  const save = async () => {
    const item = editing.check();
    if (item !== undefined && (await submit.run(item))) {
      go(itemsAddress(name));
    }
  };
  const taken = submit.failure?.code === "ConditionalCheckFailedException";
  const refusal = taken ? undefined : refusalOf(submit.failure, editing, names);
  const key = editing.understood.item;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Form
        errorText={refusal === undefined && !taken ? submit.formError() : undefined}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" href={itemsAddress(name)}>
              Cancel
            </Button>
            <Button variant="primary" loading={submit.busy}>
              Create item
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {start === undefined ? null : (
            <Alert type="info">A copy: give it a key of its own before you create it.</Alert>
          )}
          <ItemEditor item={editing} keys={keys} fixed={false} refusal={refusal} onSave={() => void save()} />
          {taken ? (
            <Alert type="error" header="An item with this key is there already">
              {submit.failure?.message}.{" "}
              {key === undefined ? null : (
                <Link href={paths.editItem(name, keyText(key, names))}>Edit that item</Link>
              )}
            </Alert>
          ) : null}
        </SpaceBetween>
      </Form>
    </form>
  );
}

const EMPTY = { S: { S: "" }, N: { N: "" }, B: { B: new Uint8Array() } };

const emptyItem = (keys: Key[]): Item =>
  Object.fromEntries(keys.map(({ name, type }) => [name, EMPTY[type]]));
