import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useEffect, useState } from "react";
import { counter, Find, NoMatches, Pages } from "../../parts/collection";
import { ListPreferences, type Preferences, tableLook, usePreferences } from "../../parts/list-preferences";
import { Page } from "../../parts/page";
import { useTableNames } from "../../parts/queries";
import { Empty, FailureAlert } from "../../parts/states";
import { paths } from "../../paths";
import { DeleteTables } from "./delete-tables";
import { choices, columns } from "./list-columns";
import type { Row } from "./row";
import { useRows } from "./rows";

const NONE: string[] = [];

export default function Tables() {
  const all = useTableNames();
  return (
    <Page title="Tables" description="Where items are kept. Triggers run when they change.">
      {all.isError ? (
        <FailureAlert error={all.error} retry={() => void all.refetch()} />
      ) : (
        <List names={all.data ?? NONE} loading={all.isPending} />
      )}
    </Page>
  );
}

/** Describes the tables of the page that is shown; all of them when they are sorted by what describing tells. */
function List({ names, loading }: { names: string[]; loading: boolean }) {
  const [preferences, setPreferences] = usePreferences("tables", fitting());
  const [wanted, setWanted] = useState(NONE);
  const [deleting, setDeleting] = useState<string[]>();
  const rows = useRows(names, wanted);
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount, actions } =
    useCollection<Row>(rows, {
      filtering: {
        fields: ["name"],
        empty: <NoTables />,
        noMatch: <NoMatches clear={() => actions.setFiltering("")} />,
      },
      pagination: { pageSize: preferences.pageSize },
      sorting: { defaultState: { sortingColumn: columns[0] ?? {} } },
      selection: { trackBy: "name", keepSelection: true },
    });
  const byName = collectionProps.sortingColumn === columns[0];
  const next = (byName ? items : rows).map(({ name }) => name);
  const signature = JSON.stringify(next);
  useEffect(() => setWanted(JSON.parse(signature) as string[]), [signature]);
  const selected = (collectionProps.selectedItems ?? []).map(({ name }) => name);
  const present = selected.filter((name) => names.includes(name));
  return (
    <>
      <Table
        {...collectionProps}
        variant="container"
        items={items}
        columnDefinitions={columns}
        {...tableLook(preferences)}
        selectionType="multi"
        trackBy="name"
        stickyHeader
        stickyColumns={{ first: 1, last: 1 }}
        enableKeyboardNavigation
        loading={loading}
        loadingText="Loading tables"
        ariaLabels={{
          tableLabel: "Tables",
          selectionGroupLabel: "Tables selection",
          allItemsSelectionLabel: () => "Select all tables of this page",
          itemSelectionLabel: (_, { name }) => `Select ${name}`,
        }}
        header={<ListHeader names={names} selected={present} onDelete={() => setDeleting(present)} />}
        filter={<Find filter={filterProps} label="Find tables by name" matches={filteredItemsCount} />}
        pagination={<Pages {...paginationProps} />}
        preferences={
          <ListPreferences
            nouns="tables"
            choices={choices}
            preferences={preferences}
            onChange={setPreferences}
          />
        }
      />
      {deleting === undefined ? null : (
        <DeleteTables
          names={deleting}
          onDismiss={() => setDeleting(undefined)}
          onDone={() => {
            actions.setSelectedItems([]);
            setDeleting(undefined);
          }}
        />
      )}
    </>
  );
}

/** What there is room for. */
const fitting = (): Preferences => ({
  pageSize: 20,
  contentDensity: "comfortable",
  contentDisplay: choices.map(({ id, from }) => ({ id, visible: window.innerWidth >= from })),
});

interface ListHeaderProps {
  names: string[];
  selected: string[];
  onDelete: () => void;
}

function ListHeader({ names, selected, onDelete }: ListHeaderProps) {
  return (
    <Header
      variant="h2"
      counter={counter(names.length, selected.length)}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button disabled={selected.length === 0} onClick={onDelete}>
            Delete
          </Button>
          <Button variant="primary" href={paths.createTable()}>
            Create table
          </Button>
        </SpaceBetween>
      }
    >
      Tables
    </Header>
  );
}

function NoTables() {
  return (
    <Empty title="No tables" action={<Button href={paths.createTable()}>Create table</Button>}>
      There is no table in this region yet. Create one here, or with any AWS client.
    </Empty>
  );
}
