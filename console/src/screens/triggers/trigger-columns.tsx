import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { count, duration } from "../../parts/format";
import { paths } from "../../paths";
import { Countdown } from "./countdown";
import { attempts as told } from "./counts";
import "./triggers.css";
import { discardedOf, type Row, standing } from "./standing";

const by = (value: (row: Row) => number) => (one: Row, other: Row) => value(one) - value(other);

const ALL: TableProps.ColumnDefinition<Row>[] = [
  {
    id: "trigger",
    header: "Trigger",
    isRowHeader: true,
    width: 230,
    sortingComparator: (one, other) =>
      `${one.table} ${one.function}`.localeCompare(`${other.table} ${other.function}`),
    cell: ({ uuid, table, function: name }) => (
      <span className="triggers-name" title={`${table} → ${name}`}>
        <Link href={paths.trigger(uuid)}>{`${table} → ${name}`}</Link>
      </span>
    ),
  },
  {
    id: "state",
    header: "State",
    width: 180,
    sortingComparator: (one, other) => standing(one)[1].localeCompare(standing(other)[1]),
    cell: (row) => <State row={row} />,
  },
  {
    id: "last",
    header: "Last result",
    minWidth: 150,
    cell: ({ mapping }) => <Result text={mapping.LastProcessingResult ?? "-"} />,
  },
  number("delivered", "Delivered", ({ status }) => status?.delivered ?? 0),
  number("filtered", "Filtered", ({ status }) => status?.filtered ?? 0),
  number("discarded", "Discarded", ({ status }) => discardedOf(status)),
  {
    ...number("pending", "Pending", ({ status }) => status?.pending ?? 0),
    width: 130,
    cell: ({ status }) => (
      <>
        {count(status?.pending ?? 0)}
        {status?.pending ? <Small>{duration(status.lag_seconds ?? 0)} behind</Small> : null}
      </>
    ),
  },
];

/** The state tells what the last result does, where there is no room for both. */
const NARROW = ALL.filter(({ id }) => id !== "last");

const WIDE = ALL.map((column) => (column.id === "trigger" ? { ...column, width: 420 } : column));

export const columnsOf = (wide: boolean) => (wide ? WIDE : NARROW);

const Small = ({ children }: { children: ReactNode }) => (
  <Box fontSize="body-s" color="text-body-secondary">
    {children}
  </Box>
);

function number(id: string, header: string, value: (row: Row) => number): TableProps.ColumnDefinition<Row> {
  return { id, header, width: 108, sortingComparator: by(value), cell: (row) => count(value(row)) };
}

const RESULT_LENGTH_MAX = 90;

function Result({ text }: { text: string }) {
  return (
    <span title={text}>
      {text.length > RESULT_LENGTH_MAX ? `${text.slice(0, RESULT_LENGTH_MAX)}…` : text}
    </span>
  );
}

function State({ row }: { row: Row }) {
  const [type, words] = standing(row);
  const { attempts = 0, retry_in_seconds: next = null } = row.status ?? {};
  return (
    <div className="triggers-word">
      <StatusIndicator type={type}>{words}</StatusIndicator>
      {row.state === "Enabled" && attempts > 0 ? (
        <Small>
          {told(attempts)}
          {next === null ? null : (
            <>
              , <Countdown seconds={next} />
            </>
          )}
        </Small>
      ) : null}
    </div>
  );
}
