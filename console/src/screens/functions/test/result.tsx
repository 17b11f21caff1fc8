import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import type { Invocation } from "../../../aws/invocations";
import { laidOut } from "../../../aws/json-text";
import { streamOf } from "../../../aws/logs";
import { Copyable } from "../../../parts/copyable";
import { duration } from "../../../parts/format";
import { paths } from "../../../paths";
import { Text } from "../text";
import { errorOf, reportOf } from "./report";

/** One invocation, and how it went as seen from here. */
export interface Tested {
  invocation: Invocation;
  /** Epoch milliseconds. */
  started: number;
  later: boolean;
  seconds: number;
}

interface ResultProps extends Tested {
  group: string;
}

/** What came of a test. */
export function Result(props: ResultProps) {
  const { invocation, later } = props;
  if (later) {
    return (
      <Alert type="success" header="The event was taken">
        <SpaceBetween size="s">
          <Box>The function runs with it soon. What it says is in its log lines, not here.</Box>
          <Figures {...props} />
        </SpaceBetween>
      </Alert>
    );
  }
  const failed = invocation.error !== undefined;
  return (
    <Alert
      type={failed ? "error" : "success"}
      header={failed ? "Executing function: failed" : "Executing function: succeeded"}
    >
      <SpaceBetween size="m">
        {failed ? <Failed payload={invocation.payload} /> : null}
        {failed ? null : <Text label="Response">{laidOut(invocation.payload)}</Text>}
        <Figures {...props} />
        <Text label="Log output">
          {invocation.log === "" ? "Nothing was logged." : invocation.log.trimEnd()}
        </Text>
      </SpaceBetween>
    </Alert>
  );
}

function Failed({ payload }: { payload: string }) {
  const { type, message, trace } = errorOf(payload);
  return (
    <SpaceBetween size="s">
      <Box fontWeight="bold">
        {type}: {message}
      </Box>
      {trace === "" ? null : <Text label="Stack trace">{trace}</Text>}
    </SpaceBetween>
  );
}

function Figures({ invocation, later, seconds, group, started }: ResultProps) {
  const report = reportOf(invocation.log);
  const figures = [
    { label: "Duration", value: inUnit(report.durationMs, "ms") },
    { label: "Billed duration", value: inUnit(report.billedMs, "ms") },
    { label: "Init duration", value: inUnit(report.initMs, "ms") },
    { label: "Memory size", value: inUnit(report.memoryMb, "MB") },
    { label: "Max memory used", value: inUnit(report.usedMb, "MB") },
    { label: "Round trip", value: duration(seconds) },
  ].filter(({ value }) => value !== undefined);
  return (
    <KeyValuePairs
      columns={4}
      items={[
        ...(later ? [] : figures),
        {
          label: "Request ID",
          value: <Copyable text={invocation.requestId} what="the request ID" />,
        },
        {
          label: "Logs",
          value: <LogLink group={group} request={invocation.requestId} started={started} />,
        },
      ]}
    />
  );
}

const inUnit = (figure: number | undefined, unit: string) =>
  figure === undefined ? undefined : `${figure} ${unit}`;

/** Leads to the lines of this invocation as soon as they are stored. */
function LogLink({ group, request, started }: { group: string; request: string; started: number }) {
  const stream = useQuery({
    queryKey: ["log-stream-of", request],
    queryFn: () => streamOf(group, request, started - 60_000),
    refetchInterval: ({ state }) => (state.data ? false : 1000),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!stream.data) {
    return stream.isError ? (
      <Link href={paths.logGroup(group)}>{group}</Link>
    ) : (
      <StatusIndicator type="loading">Waiting for its log lines</StatusIndicator>
    );
  }
  return <Link href={paths.logStream(group, stream.data, request)}>Lines of this invocation</Link>;
}
