import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { reshape, type StreamStatus } from "../../aws/shards";
import type { Stream } from "../../aws/streams";
import { Pages } from "../../parts/collection";
import { Copyable } from "../../parts/copyable";
import { useSubmit } from "../../parts/submit";
import { COLUMNS } from "./shard-columns";
import { openOf, type ShardRow, shardRows } from "./shard-rows";

const PAGE = 20;

/** The stream's own particulars: small, as they are seldom looked for. */
export function Shards({ stream, told }: { stream: Stream; told: StreamStatus | undefined }) {
  return (
    <ExpandableSection
      variant="container"
      headerText="Stream details and shards"
      headerCounter={`(${openOf(stream.shards)})`}
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Stream ARN", value: <Copyable text={stream.arn} what="the stream's ARN" /> },
            { label: "View type", value: stream.view },
            { label: "Status", value: <StreamState state={stream.status} /> },
          ]}
        />
        <ShardTable arn={stream.arn} rows={shardRows(stream.shards, told?.shards)} />
      </SpaceBetween>
    </ExpandableSection>
  );
}

function StreamState({ state }: { state: string }) {
  const type = /ING$/.test(state) ? "in-progress" : state === "DISABLED" ? "stopped" : "success";
  return <StatusIndicator type={type}>{state}</StatusIndicator>;
}

function ShardTable({ arn, rows }: { arn: string; rows: ShardRow[] }) {
  const { items, actions, collectionProps, paginationProps } = useCollection(rows, {
    pagination: { pageSize: PAGE },
    selection: { trackBy: "id", keepSelection: true },
  });
  const chosen = rows.find(({ id }) => id === collectionProps.selectedItems?.[0]?.id);
  const change = useSubmit(
    async ({ action, shard }: { action: "split" | "roll"; shard: string }) => {
      await reshape(action, arn, shard);
      actions.setSelectedItems([]);
    },
    {
      done: (_, { action }) =>
        action === "split"
          ? "The shard is closed: two children share its keys from now on."
          : "The shard is closed: its child has its keys from now on.",
      tellFailure: true,
    },
  );
  const button = (action: "split" | "roll", text: string) => (
    <Button
      disabled={chosen === undefined || chosen.last !== undefined || change.busy}
      onClick={() => chosen && void change.run({ action, shard: chosen.id })}
    >
      {text}
    </Button>
  );
  return (
    <Table
      {...collectionProps}
      variant="embedded"
      contentDensity="compact"
      columnDefinitions={COLUMNS}
      items={items}
      selectionType="single"
      header={
        <Header
          variant="h3"
          counter={`(${rows.length})`}
          description="AWS closes shards as it likes: a shard rolls over after some hours, or splits under load. Here you can, too."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {button("roll", "Roll over")}
              {button("split", "Split")}
            </SpaceBetween>
          }
        >
          Shards
        </Header>
      }
      pagination={<Pages {...paginationProps} />}
      ariaLabels={{
        tableLabel: "Shards",
        selectionGroupLabel: "Shard to close",
        itemSelectionLabel: (_, { id }) => id,
      }}
    />
  );
}
