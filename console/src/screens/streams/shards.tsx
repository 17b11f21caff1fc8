import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { Shard, Stream } from "../../aws/streams";
import { Copyable } from "../../parts/copyable";

const COLUMNS = [
  { id: "id", header: "Shard", cell: (shard: Shard) => <code>{shard.id}</code>, isRowHeader: true },
  {
    id: "state",
    header: "State",
    cell: (shard: Shard) =>
      shard.last === undefined ? (
        <StatusIndicator>Open</StatusIndicator>
      ) : (
        <StatusIndicator type="stopped">Closed</StatusIndicator>
      ),
  },
  { id: "parent", header: "Parent", cell: (shard: Shard) => shard.parent ?? "–" },
  { id: "first", header: "Starting sequence number", cell: (shard: Shard) => shard.first },
  { id: "last", header: "Ending sequence number", cell: (shard: Shard) => shard.last ?? "–" },
];

/** The stream's own particulars: small, as they are seldom looked for. */
export function Shards({ stream }: { stream: Stream }) {
  return (
    <ExpandableSection variant="container" headerText="Stream details and shards">
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Stream ARN", value: <Copyable text={stream.arn} what="the stream's ARN" /> },
            { label: "View type", value: stream.view },
            { label: "Status", value: stream.status },
          ]}
        />
        <Table
          variant="embedded"
          contentDensity="compact"
          columnDefinitions={COLUMNS}
          items={stream.shards}
          trackBy="id"
        />
      </SpaceBetween>
    </ExpandableSection>
  );
}
