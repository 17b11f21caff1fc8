import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { MappingStatus } from "../../aws/own";
import { count } from "../../parts/format";
import { partsByShard, type ShardPart } from "./counts";

const COLUMNS = [
  {
    id: "shard",
    header: "Shard",
    cell: ({ shard }: ShardPart) => (shard === undefined ? "Shards that are gone" : <code>{shard}</code>),
    isRowHeader: true,
  },
  {
    id: "phase",
    header: "State",
    cell: ({ phase }: ShardPart) => `${phase.charAt(0).toUpperCase()}${phase.slice(1)}`,
  },
  { id: "lanes", header: "Batches at a time", cell: ({ lanes }: ShardPart) => lanes ?? "–" },
  { id: "records", header: "Records", cell: ({ records }: ShardPart) => count(records) },
  { id: "delivered", header: "Delivered", cell: ({ delivered }: ShardPart) => count(delivered) },
  { id: "filtered", header: "Filtered", cell: ({ filtered }: ShardPart) => count(filtered) },
  { id: "discarded", header: "Discarded", cell: ({ discarded }: ShardPart) => count(discarded) },
  { id: "pending", header: "Pending", cell: ({ pending }: ShardPart) => count(pending) },
];

/** AWS's metrics of the mapping, what its failure destination was told, and the same by shard. */
export function Accounting({ status }: { status: MappingStatus }) {
  const rows = partsByShard(status);
  return (
    <Container
      header={
        <Header variant="h2" description="In records, since the starting position.">
          Event source mapping metrics
        </Header>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={4}
          items={[
            ...Object.entries(status.metrics).map(([label, value]) => ({ label, value: count(value) })),
            ...(status.destination === null
              ? []
              : [{ label: "On-failure destination", value: <Told {...status} /> }]),
          ]}
        />
        <ExpandableSection headerText={`By shard (${rows.length})`}>
          <Table
            variant="embedded"
            contentDensity="compact"
            columnDefinitions={COLUMNS}
            items={rows}
            ariaLabels={{ tableLabel: "Records by shard" }}
            empty="The stream has no shards."
          />
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}

function Told({ told: { delivered, failed, error } }: MappingStatus) {
  return failed === 0 ? (
    <StatusIndicator type={delivered === 0 ? "pending" : "success"}>
      Told of {count(delivered)}
    </StatusIndicator>
  ) : (
    <StatusIndicator type="error">
      Told of {count(delivered)}, not of {count(failed)}: {error}
    </StatusIndicator>
  );
}
