import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { counter, Find, NoMatches, Pages } from "../../parts/collection";
import { ListPreferences, type Preferences, tableLook, usePreferences } from "../../parts/list-preferences";
import { Page } from "../../parts/page";
import { useFunctions, useMappings } from "../../parts/queries";
import { Empty, FailureAlert } from "../../parts/states";
import { paths } from "../../paths";
import { DeleteFunctions } from "./delete-functions";
import { COLUMNS, type FunctionRow, rowsOf } from "./function-rows";
import { useFigures } from "./queries";

/** What a small window has no room for, until it is asked for. */
const ONLY_WIDE = new Set(["state", "memory", "timeout", "codeSize"]);
const WIDE = window.innerWidth >= 1500;
const CHOICES = COLUMNS.map(({ id = "", header }) => ({
  id,
  label: String(header),
  alwaysVisible: id === "name",
}));
const PREFERENCES: Preferences = {
  pageSize: 20,
  contentDisplay: CHOICES.map(({ id }) => ({ id, visible: WIDE || !ONLY_WIDE.has(id) })),
};

export default function Functions() {
  return (
    <Page title="Functions" description="Code that runs when it is called, or when a table changes.">
      <FunctionTable />
    </Page>
  );
}

function FunctionTable() {
  const functions = useFunctions();
  const mappings = useMappings();
  const figures = useFigures();
  const [preferences, setPreferences] = usePreferences("functions", PREFERENCES);
  const [deleting, setDeleting] = useState(false);
  const rows = rowsOf(functions.data ?? [], mappings.data ?? [], figures);
  const collection = useCollection(rows, {
    filtering: {
      empty: <NoFunctions />,
      noMatch: <NoMatches clear={() => collection.actions.setFiltering("")} />,
      filteringFunction: (row, text) =>
        `${row.name} ${row.runtime} ${row.description}`.toLowerCase().includes(text.toLowerCase()),
    },
    pagination: { pageSize: preferences.pageSize },
    sorting: { defaultState: { sortingColumn: { sortingField: "name" } } },
    selection: { trackBy: "name" },
  });
  const chosen = collection.collectionProps.selectedItems ?? [];
  if (functions.isError && functions.data === undefined) {
    return <FailureAlert error={functions.error} retry={() => void functions.refetch()} />;
  }
  return (
    <>
      <Table
        {...collection.collectionProps}
        items={collection.items}
        columnDefinitions={COLUMNS}
        {...tableLook(preferences)}
        selectionType="multi"
        variant="container"
        loading={functions.isPending}
        loadingText="Loading functions"
        enableKeyboardNavigation
        stickyColumns={{ first: 1 }}
        header={
          <Header
            counter={functions.data && counter(rows.length, chosen.length)}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={chosen.length === 0} onClick={() => setDeleting(true)}>
                  Delete
                </Button>
                <Button variant="primary" href={paths.createFunction()}>
                  Create function
                </Button>
              </SpaceBetween>
            }
          >
            Functions
          </Header>
        }
        filter={
          <Find
            filter={collection.filterProps}
            label="Find functions"
            matches={collection.filteredItemsCount}
          />
        }
        pagination={<Pages {...collection.paginationProps} />}
        preferences={
          <ListPreferences
            nouns="functions"
            choices={CHOICES}
            preferences={preferences}
            onChange={setPreferences}
          />
        }
        ariaLabels={{
          selectionGroupLabel: "Functions to act on",
          allItemsSelectionLabel: () => "All functions",
          itemSelectionLabel: (_, row: FunctionRow) => row.name,
          tableLabel: "Functions",
        }}
      />
      {deleting ? (
        <DeleteFunctions
          names={chosen.map(({ name }) => name)}
          triggers={mappings.data ?? []}
          onDeleted={() => {
            setDeleting(false);
            collection.actions.setSelectedItems([]);
          }}
          onDismiss={() => setDeleting(false)}
        />
      ) : null}
    </>
  );
}

function NoFunctions() {
  return (
    <Empty title="No functions" action={<Button href={paths.createFunction()}>Create function</Button>}>
      Make one from a blueprint, and connect it to the stream of a table.
    </Empty>
  );
}
