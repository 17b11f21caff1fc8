import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { deleteLogStream, type LogStream, newestStreams } from "../../aws/logs";
import { Find, NoMatches, Pages } from "../../parts/collection";
import { Confirm } from "../../parts/confirm";
import { ago, dateTime } from "../../parts/format";
import { whileThere } from "../../parts/gone";
import { Empty, FailureAlert } from "../../parts/states";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { goneGroup } from "./places";

const NONE: LogStream[] = [];
const PAGE_SIZE = 25;
/** A group may have any number of streams: these are the newest. */
const SHOWN_MAX = 500;

/** The streams of a group, the one that was written last first. */
export function Streams({ group }: { group: string }) {
  const query = useQuery({
    queryKey: ["log-streams", group],
    ...whileThere(goneGroup(group), () => newestStreams(group, SHOWN_MAX)),
    refetchInterval: 3_000,
  });
  const [deleting, setDeleting] = useState<string[]>();
  const streams = query.data ?? NONE;
  const { items, actions, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(
    streams,
    {
      filtering: {
        fields: ["logStreamName"],
        empty: <Empty title="No log streams">One is made when something is first written.</Empty>,
        noMatch: <NoMatches clear={() => actions.setFiltering("")} />,
      },
      pagination: { pageSize: PAGE_SIZE },
      sorting: {},
      selection: { trackBy: "logStreamName" },
    },
  );
  const selected = (collectionProps.selectedItems ?? NONE).map(({ logStreamName = "" }) => logStreamName);
  if (query.isError && query.data === undefined) {
    return <FailureAlert error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <>
      <Table
        {...collectionProps}
        variant="container"
        items={items}
        columnDefinitions={columnsOf(group)}
        selectionType="multi"
        enableKeyboardNavigation
        loading={query.isPending}
        loadingText="Loading log streams"
        ariaLabels={{
          tableLabel: "Log streams",
          selectionGroupLabel: "Log streams selection",
          allItemsSelectionLabel: () => "Select all log streams",
          itemSelectionLabel: (_, { logStreamName }) => `Select ${logStreamName}`,
        }}
        header={
          <Header
            counter={`(${streams.length}${streams.length === SHOWN_MAX ? "+" : ""})`}
            description={
              streams.length === SHOWN_MAX ? `The ${SHOWN_MAX} that were written last.` : undefined
            }
            actions={
              <Button disabled={selected.length === 0} onClick={() => setDeleting(selected)}>
                Delete
              </Button>
            }
          >
            Log streams
          </Header>
        }
        filter={<Find filter={filterProps} label="Find log streams by name" matches={filteredItemsCount} />}
        pagination={<Pages {...paginationProps} />}
      />
      {deleting === undefined ? null : (
        <DeleteStreams group={group} streams={deleting} onClose={() => setDeleting(undefined)} />
      )}
    </>
  );
}

const columnsOf = (group: string): TableProps.ColumnDefinition<LogStream>[] => [
  {
    id: "name",
    header: "Log stream",
    isRowHeader: true,
    sortingField: "logStreamName",
    cell: ({ logStreamName = "" }) => (
      <Link href={paths.logStream(group, logStreamName)}>{logStreamName}</Link>
    ),
  },
  {
    id: "last",
    header: "Last event",
    sortingField: "lastEventTimestamp",
    cell: ({ lastEventTimestamp: last }) =>
      last === undefined ? "–" : `${dateTime(new Date(last))} (${ago(last / 1000)})`,
  },
  {
    id: "first",
    header: "First event",
    sortingField: "firstEventTimestamp",
    cell: ({ firstEventTimestamp: first }) => (first === undefined ? "–" : dateTime(new Date(first))),
  },
];

interface DeleteStreamsProps {
  group: string;
  streams: string[];
  onClose: () => void;
}

function DeleteStreams({ group, streams, onClose }: DeleteStreamsProps) {
  const what = streams.length === 1 ? (streams[0] ?? "") : `${streams.length} log streams`;
  const submit = useSubmit(
    async () => {
      for (const stream of streams) {
        await deleteLogStream(group, stream);
      }
      onClose();
    },
    { done: () => `Deleted: ${what}.` },
  );
  return (
    <Confirm
      title={streams.length === 1 ? "Delete log stream" : "Delete log streams"}
      action="Delete"
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void submit.run()}
      onDismiss={onClose}
    >
      All events of <b>{what}</b> are removed for good.
    </Confirm>
  );
}
