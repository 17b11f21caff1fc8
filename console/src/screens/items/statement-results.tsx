import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useMemo } from "react";
import { attribute, type Item } from "../../aws/attributes";
import type { StatementPage } from "../../aws/statements";
import type { TableDescription } from "../../aws/tables";
import { Pages } from "../../parts/collection";
import { count, milliseconds } from "../../parts/format";
import { Empty } from "../../parts/states";
import { attributeNames } from "./export";
import { keyNames } from "./table-keys";
import { shortened, ValueCell } from "./value-cell";

const ROWS = 50;
const NOTHING: StatementPage[] = [];

interface StatementResultsProps {
  /** What came so far; nothing before the first statement. */
  pages: StatementPage[] | undefined;
  table: TableDescription;
  busy: boolean;
  refused: boolean;
  onNext: () => void;
}

/** What a statement returned: a column for each attribute that came. */
export function StatementResults({ pages, table, busy, refused, onNext }: StatementResultsProps) {
  const told = pages ?? NOTHING;
  const all = useMemo(() => told.flatMap(({ items }) => items), [told]);
  const names = useMemo(() => {
    const seen = new Set(all.flatMap((item) => Object.keys(item)));
    return attributeNames(all, keyNames(table)).filter((name) => seen.has(name));
  }, [all, table]);
  const { items, collectionProps, paginationProps } = useCollection(all, { pagination: { pageSize: ROWS } });
  const more = told[told.length - 1]?.next !== undefined;
  return (
    <Table
      {...collectionProps}
      items={items}
      columnDefinitions={names.map((name) => ({
        id: name,
        header: <span title={name}>{shortened(name, 40)}</span>,
        cell: (item: Item) => <ValueCell value={attribute(item, name)} />,
      }))}
      loading={busy && pages === undefined}
      loadingText="Carrying it out"
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: "Items returned" }}
      header={
        <Header
          variant="h2"
          counter={pages === undefined ? undefined : `(${count(all.length)}${more ? "+" : ""})`}
          description={pages === undefined ? undefined : <Facts pages={pages} />}
          actions={
            more ? (
              <Button loading={busy} onClick={onNext}>
                Retrieve next page
              </Button>
            ) : undefined
          }
        >
          Items returned
        </Header>
      }
      pagination={all.length > ROWS ? <Pages {...paginationProps} /> : undefined}
      empty={
        pages === undefined ? (
          <Nothing refused={refused} />
        ) : (
          <Empty title="No items">
            {more
              ? "None so far. There are more to read."
              : "The statement was carried out and returned none."}
          </Empty>
        )
      }
    />
  );
}

function Nothing({ refused }: { refused: boolean }) {
  return refused ? (
    <Empty title="Nothing was done">The statement was refused, see above.</Empty>
  ) : (
    <Empty title="Nothing was asked yet">Write a statement and choose Run.</Empty>
  );
}

function Facts({ pages }: { pages: StatementPage[] }) {
  const sum = (of: (page: StatementPage) => number) => pages.reduce((all, page) => all + of(page), 0);
  return (
    <>
      <StatusIndicator type="success">Completed</StatusIndicator> · Capacity units consumed:{" "}
      {Number(sum(({ capacity }) => capacity).toFixed(1))} · Time:{" "}
      {milliseconds(sum((page) => page.milliseconds))}
    </>
  );
}
