import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { StreamStatus } from "../../aws/shards";
import { type TableDescription, updateTable } from "../../aws/tables";
import { Confirm } from "../../parts/confirm";
import { Copyable } from "../../parts/copyable";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { useStreams } from "../streams/use-streams";
import { useTableTriggers } from "./queries";
import { Status } from "./status";
import { TableTriggers } from "./table-triggers";
import { streamView, viewName } from "./words";

export function StreamTab({ table }: { table: TableDescription }) {
  return (
    <SpaceBetween size="l">
      <StreamDetails table={table} />
      <TableTriggers table={table} />
    </SpaceBetween>
  );
}

function StreamDetails({ table }: { table: TableDescription }) {
  const { TableName = "", LatestStreamArn = "" } = table;
  const [closing, setClosing] = useState(false);
  const streams = useStreams(TableName);
  const told = streams.data?.find(({ arn }) => arn === LatestStreamArn);
  const status = told?.status;
  const view = streamView(table);
  const button =
    view === undefined ? (
      <Button href={paths.turnOnStream(TableName)}>Turn on</Button>
    ) : (
      <Button onClick={() => setClosing(true)}>Turn off</Button>
    );
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={button}
          description="Capture item-level changes in the table: each becomes a record that triggers and other readers see, in order."
        >
          DynamoDB stream details
        </Header>
      }
    >
      {view === undefined ? <StreamOff table={table} status={status} /> : null}
      {view === undefined ? null : (
        <SpaceBetween size="l">
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Stream status", value: <Status state={status ?? "ENABLED"} /> },
              { label: "View type", value: viewName(view) },
              { label: "Shards", value: told === undefined ? "-" : shardsOf(told) },
              { label: "Records", value: <Link href={paths.stream(TableName)}>View the live stream</Link> },
            ]}
          />
          <KeyValuePairs
            columns={1}
            items={[
              {
                label: "Latest stream ARN",
                value: <Copyable text={LatestStreamArn} what="the latest stream's ARN" />,
              },
            ]}
          />
        </SpaceBetween>
      )}
      {closing ? <TurnOff table={table} onDone={() => setClosing(false)} /> : null}
    </Container>
  );
}

const shardsOf = ({ shards }: StreamStatus) =>
  `${shards.filter(({ closed }) => closed === null).length} open of ${shards.length}`;

/** A stream that was turned off can be read until its records are too old. */
function StreamOff({ table, status }: { table: TableDescription; status: string | undefined }) {
  const { TableName = "", LatestStreamArn } = table;
  return (
    <SpaceBetween size="m">
      <KeyValuePairs items={[{ label: "Stream status", value: <Status state={status ?? "DISABLED"} /> }]} />
      {LatestStreamArn === undefined || status === undefined ? null : (
        <Box color="text-body-secondary">
          The records of the stream that was on last stay for 24 hours:{" "}
          <Link href={paths.stream(TableName)}>view them</Link>.
        </Box>
      )}
    </SpaceBetween>
  );
}

function TurnOff({ table, onDone }: { table: TableDescription; onDone: () => void }) {
  const { TableName = "", TableArn = "" } = table;
  const triggers = useTableTriggers(TableArn);
  const submit = useSubmit(() => updateTable({ TableName, StreamSpecification: { StreamEnabled: false } }), {
    done: () => `The stream of ${TableName} is off.`,
  });
  const confirm = async () => {
    if (await submit.run()) {
      onDone();
    }
  };
  const reading = (triggers.data ?? []).filter(
    ({ EventSourceArn }) => EventSourceArn === table.LatestStreamArn,
  );
  return (
    <Confirm
      title="Turn off DynamoDB stream"
      action="Turn off stream"
      busy={submit.busy}
      failure={submit.failure}
      onConfirm={() => void confirm()}
      onDismiss={onDone}
    >
      Changes of {TableName} will not be recorded any more. Turned on again, it gets another stream.{" "}
      {reading.length === 0
        ? "No trigger reads this one."
        : `${reading.length === 1 ? "One trigger reads" : `${reading.length} triggers read`} this one and will be given nothing after what is in it already.`}
    </Confirm>
  );
}
