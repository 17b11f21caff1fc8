import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { Change } from "../../aws/streams";
import { Cut } from "../../parts/cut";
import { bytes, dateTime } from "../../parts/format";
import { Empty } from "../../parts/states";
import { useWide } from "../../parts/use-wide";
import { EventBadge, ExpiredBadge } from "./event-badge";
import { keyText, summary } from "./summary";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

const COLUMNS: TableProps.ColumnDefinition<Change>[] = [
  {
    id: "time",
    header: "Time",
    width: 95,
    cell: ({ time }) => <span title={dateTime(time)}>{clock.format(new Date(time * 1000))}</span>,
  },
  {
    id: "event",
    header: "Event",
    width: 105,
    cell: ({ event }) => <EventBadge event={event} />,
  },
  {
    id: "key",
    header: "Key",
    width: 170,
    isRowHeader: true,
    cell: (change) => (
      <b>
        <Cut text={keyText(change)} width="16vw" />
      </b>
    ),
  },
  { id: "summary", header: "What changed", minWidth: 200, cell: (change) => <What change={change} /> },
  { id: "bytes", header: "Size", width: 95, cell: (change) => bytes(change.bytes) },
];

/** Beside the list there is the change itself, which tells the rest. */
const FEW = new Set(["time", "event", "key", "summary"]);

function What({ change }: { change: Change }) {
  const told = summary(change);
  return (
    <span className="changes-summary" title={told}>
      {change.by === undefined ? null : <ExpiredBadge />} {told}
    </span>
  );
}

interface ChangeRowsProps {
  items: readonly Change[];
  /** Whether the stream has nothing, rather than the filter letting nothing pass. */
  none: boolean;
  ready: boolean;
  chosen: string | undefined;
  choose: (change: Change) => void;
}

export function ChangeRows({ items, none, ready, chosen, choose }: ChangeRowsProps) {
  const wide = useWide();
  return (
    <Table
      variant="borderless"
      contentDensity="compact"
      columnDefinitions={wide ? COLUMNS.filter(({ id }) => FEW.has(id ?? "")) : COLUMNS}
      items={items}
      trackBy="sequence"
      loading={!ready}
      loadingText="Reading the newest changes"
      selectionType="single"
      selectedItems={items.filter(({ sequence }) => sequence === chosen)}
      onSelectionChange={({ detail }) => detail.selectedItems[0] && choose(detail.selectedItems[0])}
      onRowClick={({ detail }) => choose(detail.item)}
      ariaLabels={{
        tableLabel: "Changes",
        selectionGroupLabel: "The change to look at",
        itemSelectionLabel: (_, change) => `${change.event} of ${keyText(change)}`,
      }}
      empty={
        none ? (
          <Empty title="No changes yet">Write, change or delete an item: it is here at once.</Empty>
        ) : (
          <Empty title="No changes like that">Choose another event or another part of a key.</Empty>
        )
      }
    />
  );
}
