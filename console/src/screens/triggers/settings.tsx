import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { qualifierOf } from "../../aws/arn";
import { laidOut } from "../../aws/json-text";
import { type EventSourceMappingConfiguration, mappingTags } from "../../aws/mappings";
import { Copyable } from "../../parts/copyable";
import { count, dateTime, duration } from "../../parts/format";

/** Every parameter of the mapping. */
export function Settings({ mapping }: { mapping: EventSourceMappingConfiguration }) {
  const tags = useQuery({
    queryKey: ["tags", mapping.EventSourceMappingArn],
    queryFn: () => mappingTags(mapping.EventSourceMappingArn ?? ""),
    refetchInterval: (query) => (query.state.status === "error" ? false : 10_000),
  });
  const destination = mapping.DestinationConfig?.OnFailure?.Destination;
  const filters = mapping.FilterCriteria?.Filters ?? [];
  return (
    <Container header={<Header variant="h2">Configuration</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs columns={4} items={parameters(mapping)} />
        <KeyValuePairs
          columns={2}
          items={[
            {
              label: "Filter criteria",
              value:
                filters.length === 0
                  ? "None: every change is delivered"
                  : filters.map(({ Pattern = "" }) => (
                      <Box key={Pattern} variant="code" display="block">
                        <pre style={{ margin: "0 0 8px", whiteSpace: "pre-wrap" }}>{laidOut(Pattern)}</pre>
                      </Box>
                    )),
            },
            { label: "Tags", value: <Tags tags={tags.data ?? {}} /> },
            {
              label: "On-failure destination",
              value: destination ? <Copyable text={destination} what="the destination's ARN" /> : "None",
            },
            {
              label: "Stream ARN",
              value: <Copyable text={mapping.EventSourceArn ?? ""} what="the stream's ARN" />,
            },
            {
              label: "Function ARN",
              value: <Copyable text={mapping.FunctionArn ?? ""} what="the function's ARN" />,
            },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

function parameters(mapping: EventSourceMappingConfiguration): KeyValuePairsProps.Item[] {
  const age = mapping.MaximumRecordAgeInSeconds ?? -1;
  const retries = mapping.MaximumRetryAttempts ?? -1;
  const window = mapping.MaximumBatchingWindowInSeconds ?? 0;
  const tumbling = mapping.TumblingWindowInSeconds ?? 0;
  const reports = mapping.FunctionResponseTypes?.includes("ReportBatchItemFailures");
  return [
    { label: "Batch size", value: count(mapping.BatchSize ?? 0) },
    { label: "Batch window", value: window === 0 ? "None" : duration(window) },
    { label: "Concurrent batches per shard", value: count(mapping.ParallelizationFactor ?? 1) },
    { label: "Tumbling window", value: tumbling === 0 ? "None" : duration(tumbling) },
    { label: "Starting position", value: mapping.StartingPosition ?? "-" },
    { label: "Retry attempts", value: retries === -1 ? "Until the record expires" : count(retries) },
    { label: "Maximum age of record", value: age === -1 ? "Until it expires" : duration(age) },
    { label: "Split batch on error", value: mapping.BisectBatchOnFunctionError ? "Yes" : "No" },
    { label: "Report batch item failures", value: reports ? "Yes" : "No" },
    { label: "Version or alias", value: qualifierOf(mapping.FunctionArn) ?? "None: $LATEST" },
    { label: "Last modified", value: mapping.LastModified ? dateTime(mapping.LastModified) : "-" },
  ];
}

function Tags({ tags }: { tags: Record<string, string> }) {
  const all = Object.entries(tags);
  return all.length === 0 ? "None" : all.map(([name, value]) => `${name} = ${value}`).join(", ");
}
