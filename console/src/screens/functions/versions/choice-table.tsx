import Header from "@cloudscape-design/components/header";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { FailureAlert } from "../../../parts/states";

interface ChoiceTableProps<Row> {
  /** What the rows are: the heading. */
  title: string;
  /** What one of them is. */
  one: string;
  description: string;
  query: UseQueryResult<unknown>;
  rows: readonly Row[];
  idOf: (row: Row) => string;
  labelOf: (row: Row) => string;
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
  actions: ReactNode;
  empty: ReactNode;
  columns: readonly TableProps.ColumnDefinition<Row>[];
}

/** A short list, one of which can be chosen and acted on with the buttons above it. */
export function ChoiceTable<Row>({ title, one, query, rows, idOf, ...rest }: ChoiceTableProps<Row>) {
  if (query.isError && query.data === undefined) {
    return <FailureAlert error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <Table
      items={rows}
      trackBy={idOf}
      loading={query.isPending}
      loadingText={`Loading ${title.toLowerCase()}`}
      selectionType="single"
      selectedItems={rows.filter((row) => idOf(row) === rest.chosen)}
      onSelectionChange={({ detail: { selectedItems } }) => rest.onChoose(selectedItems.map(idOf)[0])}
      wrapLines
      ariaLabels={{
        tableLabel: title,
        selectionGroupLabel: `${one} to act on`,
        itemSelectionLabel: (_, row) => rest.labelOf(row),
      }}
      header={
        <Header
          counter={query.data === undefined ? undefined : `(${rows.length})`}
          description={rest.description}
          actions={rest.actions}
        >
          {title}
        </Header>
      }
      empty={rest.empty}
      columnDefinitions={rest.columns}
    />
  );
}
