import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination, { type PaginationProps } from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useEffect, useEffectEvent, useMemo, useState } from "react";
import type { Item } from "../../aws/attributes";
import type { TableDescription } from "../../aws/tables";
import { count } from "../../parts/format";
import { Empty } from "../../parts/states";
import { paths } from "../../paths";
import { ChangesHint } from "./changes-hint";
import { DeleteItems } from "./delete-items";
import { useHiddenColumns } from "./hidden-columns";
import { PAGE_SIZES, type Question } from "./question";
import type { Reading } from "./reading";
import { ReadingFacts } from "./reading-facts";
import { ResultActions } from "./result-actions";
import { columnsOf } from "./result-columns";
import { keyNames, keyText } from "./table-keys";

interface ResultsProps {
  name: string;
  table: TableDescription;
  asked: Question;
  reading: Reading;
  onPageSize: (size: number) => void;
  onAgain: () => void;
}

/** What was read so far, a page at a time; the last page's arrow reads on. */
export function Results({ name, table, asked, reading, onPageSize, onAgain }: ResultsProps) {
  const keys = useMemo(() => keyNames(table), [table]);
  const columns = useMemo(() => columnsOf(name, reading.attributes, keys), [name, reading.attributes, keys]);
  const [hidden, setHidden] = useHiddenColumns(name);
  const [deleting, setDeleting] = useState(false);
  const { items, actions, collectionProps, paginationProps } = useCollection(reading.items, {
    pagination: { pageSize: asked.pageSize },
    sorting: {},
    selection: { keepSelection: true, trackBy: (item: Item) => keyText(item, keys) },
  });
  const selected = collectionProps.selectedItems ?? [];
  const visible = reading.attributes.filter((one) => keys.includes(one) || !hidden.includes(one));
  return (
    <SpaceBetween size="s">
      {table.StreamSpecification?.StreamEnabled && reading.data !== undefined && !reading.isFetching ? (
        <ChangesHint key={reading.dataUpdatedAt} table={name} onAgain={onAgain} />
      ) : null}
      <Table
        {...collectionProps}
        items={items}
        columnDefinitions={columns}
        columnDisplay={reading.attributes.map((id) => ({ id, visible: visible.includes(id) }))}
        selectionType="multi"
        loading={reading.isFetching && reading.data === undefined}
        loadingText="Reading items"
        stickyColumns={{ first: 1 }}
        enableKeyboardNavigation
        ariaLabels={{
          tableLabel: "Items",
          selectionGroupLabel: "Selected items",
          allItemsSelectionLabel: () => "Select all items of this page",
          itemSelectionLabel: (_, item) => `Select ${keyText(item, keys)}`,
        }}
        header={
          <Header
            variant="h2"
            counter={counter(reading, selected.length)}
            description={<ReadingFacts reading={reading} />}
            actions={
              <ResultActions
                table={name}
                keys={keys}
                selected={selected}
                items={reading.items}
                busy={reading.isFetching}
                onAgain={onAgain}
                onDelete={() => setDeleting(true)}
              />
            }
          >
            Items returned
          </Header>
        }
        empty={<NoItems table={name} reading={reading} />}
        pagination={
          <Pages
            reading={reading}
            props={paginationProps}
            go={actions.setCurrentPage}
            size={asked.pageSize}
          />
        }
        preferences={
          <CollectionPreferences
            title="Preferences"
            confirmLabel="Confirm"
            cancelLabel="Cancel"
            preferences={{ pageSize: asked.pageSize, visibleContent: visible }}
            pageSizePreference={{
              title: "Page size",
              options: PAGE_SIZES.map((value) => ({ value, label: `${value} items` })),
            }}
            visibleContentPreference={{
              title: "Visible attributes",
              options: [
                {
                  label: "Attributes",
                  options: reading.attributes.map((id) => ({ id, label: id, editable: !keys.includes(id) })),
                },
              ],
            }}
            onConfirm={({ detail }) => {
              const shown = detail.visibleContent ?? visible;
              const other = hidden.filter((one) => !reading.attributes.includes(one));
              setHidden([...other, ...reading.attributes.filter((one) => !shown.includes(one))]);
              if (detail.pageSize !== undefined && detail.pageSize !== asked.pageSize) {
                onPageSize(detail.pageSize);
              }
            }}
          />
        }
      />
      {deleting ? (
        <DeleteItems
          table={name}
          items={selected}
          keys={keys}
          onDismiss={() => setDeleting(false)}
          onDone={() => {
            setDeleting(false);
            actions.setSelectedItems([]);
          }}
        />
      ) : null}
    </SpaceBetween>
  );
}

function counter(reading: Reading, selected: number): string {
  const all = `${count(reading.items.length)}${reading.hasNextPage ? "+" : ""}`;
  return selected > 0 ? `(${count(selected)}/${all})` : `(${all})`;
}

function Pages({
  reading,
  props,
  go,
  size,
}: {
  reading: Reading;
  props: PaginationProps;
  go: (page: number) => void;
  size: number;
}) {
  const [wanted, setWanted] = useState<number>();
  const there = wanted !== undefined && reading.items.length > size * (wanted - 1);
  const arrive = useEffectEvent(() => {
    if (wanted !== undefined) {
      go(wanted);
      setWanted(undefined);
    }
  });
  useEffect(() => {
    if (there) {
      arrive();
    }
  }, [there]);
  return (
    <Pagination
      {...props}
      openEnd={reading.hasNextPage}
      disabled={reading.isFetching}
      onChange={({ detail }) => {
        // The page after the last one is there once it was read: until then the last one stays.
        if (detail.currentPageIndex <= props.pagesCount) {
          go(detail.currentPageIndex);
        }
      }}
      onNextPageClick={({ detail }) => {
        if (!detail.requestedPageAvailable) {
          setWanted(detail.requestedPageIndex);
          void reading.fetchNextPage();
        }
      }}
    />
  );
}

function NoItems({ table, reading }: { table: string; reading: Reading }) {
  if (!reading.ready) {
    return <Empty title="Nothing was asked yet">Enter a partition key value and choose Run.</Empty>;
  }
  if (reading.error !== null) {
    return <Empty title="Nothing could be read">The request was refused, see above.</Empty>;
  }
  if (reading.hasNextPage) {
    const more = <Button onClick={() => void reading.fetchNextPage()}>Retrieve next page</Button>;
    return (
      <Empty title="No items so far" action={more}>
        None of the items that were read passes the filters. There are more to read.
      </Empty>
    );
  }
  return (
    <Empty title="No items" action={<Button href={paths.createItem(table)}>Create item</Button>}>
      The table has none, or none that was asked for.
    </Empty>
  );
}
