import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { counter, Find, NoMatches, Pages } from "../../parts/collection";
import { Page } from "../../parts/page";
import { useMappings } from "../../parts/queries";
import { Empty, FailureAlert, Loaded } from "../../parts/states";
import { useSamples } from "../../parts/use-samples";
import { useWide } from "../../parts/use-wide";
import { paths } from "../../paths";
import { DeleteTriggers } from "./delete-triggers";
import { type Row, rowsOf } from "./standing";
import { columnsOf } from "./trigger-columns";
import { useTriggerActions } from "./use-trigger-actions";

const PAGE = 50;

/** Every trigger of the region and how it gets on. */
export default function Triggers() {
  const mappings = useMappings();
  const { status, error } = useSamples();
  return (
    <Page
      title="Triggers"
      description="They take the changes of tables to functions. AWS calls them event source mappings."
    >
      <SpaceBetween size="m">
        {error === null ? null : <FailureAlert error={error} />}
        <Loaded query={mappings}>{(found) => <List rows={rowsOf(found, status?.mappings ?? [])} />}</Loaded>
      </SpaceBetween>
    </Page>
  );
}

function List({ rows }: { rows: Row[] }) {
  const [deleting, setDeleting] = useState(false);
  const { enable, remove } = useTriggerActions();
  const wide = useWide();
  const columns = columnsOf(wide);
  const { items, actions, collectionProps, filterProps, filteredItemsCount, paginationProps } = useCollection(
    rows,
    {
      filtering: {
        fields: ["table", "function", "state", "uuid"],
        empty: <None />,
        noMatch: <NoMatches clear={() => actions.setFiltering("")} />,
      },
      sorting: { defaultState: { sortingColumn: columns[0] ?? {} } },
      pagination: { pageSize: PAGE },
      selection: { trackBy: "uuid", keepSelection: true },
    },
  );
  const chosen = rows.filter(({ uuid }) => collectionProps.selectedItems?.some((row) => row.uuid === uuid));
  return (
    <>
      <Table
        // The width of a column is what it was when the table was first drawn.
        key={String(wide)}
        {...collectionProps}
        items={items}
        columnDefinitions={columns}
        selectionType="multi"
        wrapLines
        stickyHeader
        header={
          <Header
            counter={counter(rows.length, chosen.length)}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  disabled={!chosen.some(({ state }) => state === "Disabled")}
                  onClick={() => void enable.run({ rows: chosen, on: true })}
                >
                  Enable
                </Button>
                <Button
                  disabled={!chosen.some(({ state }) => state === "Enabled")}
                  onClick={() => void enable.run({ rows: chosen, on: false })}
                >
                  Disable
                </Button>
                <Button disabled={chosen.length === 0} onClick={() => setDeleting(true)}>
                  Delete
                </Button>
                <Button variant="primary" href={paths.createTrigger()}>
                  Create trigger
                </Button>
              </SpaceBetween>
            }
          >
            Triggers
          </Header>
        }
        filter={
          <Find
            filter={filterProps}
            label="Find triggers by table, function or state"
            matches={filteredItemsCount}
          />
        }
        pagination={<Pages {...paginationProps} />}
        ariaLabels={{
          tableLabel: "Triggers",
          selectionGroupLabel: "Triggers to act on",
          allItemsSelectionLabel: () => "All triggers",
          itemSelectionLabel: (_, row) => `${row.table} to ${row.function}`,
        }}
      />
      {deleting ? (
        <DeleteTriggers
          rows={chosen}
          remove={remove}
          dismiss={() => setDeleting(false)}
          done={() => {
            setDeleting(false);
            actions.setSelectedItems([]);
          }}
        />
      ) : null}
    </>
  );
}

function None() {
  return (
    <Empty title="No triggers" action={<Button href={paths.createTrigger()}>Create trigger</Button>}>
      A trigger runs a function for the changes of a table.
    </Empty>
  );
}
