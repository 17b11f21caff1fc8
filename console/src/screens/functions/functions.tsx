import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import { Page } from "../../parts/page";
import { Empty, FailureAlert } from "../../parts/states";
import { paths } from "../../paths";
import { DeleteFunctions } from "./delete-functions";
import { COLUMNS, type FunctionRow, rowsOf } from "./function-rows";
import { useFigures, useFunctions, useMappings } from "./queries";

const PLACE = "millrace.functions.preferences";
/** What a small window has no room for, until it is asked for. */
const ONLY_WIDE = new Set(["state", "memory", "timeout", "codeSize"]);
const WIDE = window.innerWidth >= 1500;
const PREFERENCES = {
  pageSize: 20,
  contentDisplay: COLUMNS.map(({ id = "" }) => ({ id, visible: WIDE || !ONLY_WIDE.has(id) })),
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
  const [preferences, setPreferences] = useKept();
  const [deleting, setDeleting] = useState(false);
  const rows = rowsOf(functions.data ?? [], mappings.data ?? [], figures);
  const collection = useCollection(rows, {
    filtering: {
      empty: <NoFunctions />,
      noMatch: (
        <Empty
          title="No function matches"
          action={<Button onClick={() => collection.actions.setFiltering("")}>Clear filter</Button>}
        />
      ),
      filteringFunction: (row, text) =>
        `${row.name} ${row.runtime} ${row.description}`.toLowerCase().includes(text.toLowerCase()),
    },
    pagination: { pageSize: preferences.pageSize ?? PREFERENCES.pageSize },
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
        columnDisplay={preferences.contentDisplay ?? PREFERENCES.contentDisplay}
        selectionType="multi"
        variant="container"
        loading={functions.isPending}
        loadingText="Loading functions"
        enableKeyboardNavigation
        stickyColumns={{ first: 1 }}
        header={
          <Header
            counter={
              chosen.length > 0 ? `(${chosen.length}/${rows.length})` : functions.data && `(${rows.length})`
            }
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
          <TextFilter
            {...collection.filterProps}
            filteringPlaceholder="Find functions"
            filteringAriaLabel="Find functions"
            countText={`${collection.filteredItemsCount ?? 0} found`}
          />
        }
        pagination={<Pagination {...collection.paginationProps} />}
        preferences={
          <CollectionPreferences
            title="Preferences"
            confirmLabel="Confirm"
            cancelLabel="Cancel"
            preferences={preferences}
            onConfirm={({ detail }) => setPreferences(detail)}
            pageSizePreference={{
              title: "Functions on a page",
              options: [10, 20, 50, 100].map((value) => ({ value, label: String(value) })),
            }}
            contentDisplayPreference={{
              title: "Columns",
              options: COLUMNS.map(({ id, header }) => ({
                id: id ?? "",
                label: String(header),
                alwaysVisible: id === "name",
              })),
            }}
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

type Preferences = { pageSize?: number; contentDisplay?: readonly { id: string; visible: boolean }[] };

function useKept(): [Preferences, (next: Preferences) => void] {
  const [kept, setKept] = useState<Preferences>(() => {
    const text = localStorage.getItem(PLACE);
    return text === null ? PREFERENCES : (JSON.parse(text) as Preferences);
  });
  return [
    kept,
    (next) => {
      localStorage.setItem(PLACE, JSON.stringify(next));
      setKept(next);
    },
  ];
}
