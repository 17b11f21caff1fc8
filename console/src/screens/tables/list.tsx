import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useEffect, useState } from "react";
import { Page } from "../../parts/page";
import { useTableNames } from "../../parts/queries";
import { Empty, FailureAlert } from "../../parts/states";
import { paths } from "../../paths";
import { DeleteTables } from "./delete-tables";
import { columns } from "./list-columns";
import { ListPreferences, usePreferences } from "./list-preferences";
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
  const [preferences, setPreferences] = usePreferences();
  const [wanted, setWanted] = useState(NONE);
  const [deleting, setDeleting] = useState<string[]>();
  const rows = useRows(names, wanted);
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount, actions } =
    useCollection<Row>(rows, {
      filtering: {
        fields: ["name"],
        empty: <NoTables />,
        noMatch: (
          <Empty
            title="No matches"
            action={<Button onClick={() => actions.setFiltering("")}>Clear filter</Button>}
          >
            No table has this in its name.
          </Empty>
        ),
      },
      pagination: { pageSize: preferences.pageSize ?? 20 },
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
        columnDisplay={preferences.contentDisplay ?? []}
        wrapLines={preferences.wrapLines ?? false}
        stripedRows={preferences.stripedRows ?? false}
        contentDensity={preferences.contentDensity ?? "comfortable"}
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
        filter={
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find tables by name"
            filteringAriaLabel="Find tables by name"
            countText={filteredItemsCount === 1 ? "1 match" : `${filteredItemsCount} matches`}
          />
        }
        pagination={<Pagination {...paginationProps} />}
        preferences={<ListPreferences preferences={preferences} onChange={setPreferences} />}
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

interface ListHeaderProps {
  names: string[];
  selected: string[];
  onDelete: () => void;
}

function ListHeader({ names, selected, onDelete }: ListHeaderProps) {
  const counted = selected.length > 0 ? `(${selected.length}/${names.length})` : `(${names.length})`;
  return (
    <Header
      variant="h2"
      counter={counted}
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
