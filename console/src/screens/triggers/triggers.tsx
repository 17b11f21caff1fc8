import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listMappings } from "../../aws/mappings";
import { Page } from "../../parts/page";
import { Empty, FailureAlert, Loaded } from "../../parts/states";
import { useSamples } from "../../parts/use-samples";
import { useWide } from "../../parts/use-wide";
import { paths } from "../../paths";
import { DeleteTriggers } from "./delete-triggers";
import { type Row, rowsOf } from "./standing";
import { columnsOf } from "./trigger-columns";
import { useTriggerActions } from "./use-trigger-actions";

const AGAIN_MS = 3000;
const PAGE = 50;

/** Every trigger of the region and how it gets on. */
export default function Triggers() {
  const mappings = useQuery({
    queryKey: ["mappings"],
    queryFn: () => listMappings(),
    refetchInterval: AGAIN_MS,
  });
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
  const columns = columnsOf(useWide());
  const { items, actions, collectionProps, filterProps, filteredItemsCount, paginationProps } = useCollection(
    rows,
    {
      filtering: {
        fields: ["table", "function", "state", "uuid"],
        empty: <None />,
        noMatch: (
          <Empty
            title="No trigger like that"
            action={<Button onClick={() => actions.setFiltering("")}>Clear the filter</Button>}
          />
        ),
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
        {...collectionProps}
        items={items}
        columnDefinitions={columns}
        selectionType="multi"
        wrapLines
        stickyHeader
        header={
          <Header
            counter={chosen.length === 0 ? `(${rows.length})` : `(${chosen.length}/${rows.length})`}
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
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find triggers by table, function or state"
            filteringAriaLabel="Find triggers"
            countText={filteredItemsCount === 1 ? "1 match" : `${filteredItemsCount ?? 0} matches`}
          />
        }
        pagination={<Pagination {...paginationProps} />}
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
