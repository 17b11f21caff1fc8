import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import type { StreamStatus } from "../../aws/shards";
import { describeStream } from "../../aws/streams";
import { LoadedTable } from "../../parts/no-table";
import { Page } from "../../parts/page";
import { useTable } from "../../parts/queries";
import { Empty, Loaded } from "../../parts/states";
import { paths } from "../../paths";
import { Changes } from "./changes";
import { Shards } from "./shards";
import { useStreams } from "./use-streams";

const AGAIN_MS = 5000;
const UNDER_WAY_MS = 1000;

/** What happens in a table: the changes of its stream, as they are made. */
export default function StreamScreen() {
  const { name = "" } = useParams();
  const table = useTable(name);
  const streams = useStreams(name);
  const on = table.data?.StreamSpecification?.StreamEnabled === true;
  return (
    <Page
      title="Stream"
      crumbs={[
        { text: "Tables", href: paths.tables() },
        { text: name, href: paths.table(name) },
      ]}
      description={`Every change of an item of ${name}, for 24 hours. What functions get, in the order they get it.`}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button href={paths.items(name)}>Explore items</Button>
          {on ? <Button href={paths.createTrigger(name)}>Create trigger</Button> : null}
        </SpaceBetween>
      }
    >
      <LoadedTable query={table}>
        {({ LatestStreamArn: arn }) =>
          arn !== undefined && (on || streams.data?.some((one) => one.arn === arn)) ? (
            <SpaceBetween size="l">
              {on ? null : <TurnedOff name={name} />}
              <Followed key={arn} arn={arn} told={streams.data?.find((one) => one.arn === arn)} />
            </SpaceBetween>
          ) : (
            <Off name={name} />
          )
        }
      </LoadedTable>
    </Page>
  );
}

function Followed({ arn, told }: { arn: string; told: StreamStatus | undefined }) {
  const stream = useQuery({
    queryKey: ["stream", arn],
    queryFn: () => describeStream(arn),
    // A stream that is being turned on has no shard yet.
    refetchInterval: ({ state }) => (state.data?.status === "ENABLING" ? UNDER_WAY_MS : AGAIN_MS),
  });
  return (
    <Loaded query={stream}>
      {(found) => (
        <SpaceBetween size="l">
          <Changes stream={found} />
          <Shards stream={found} told={told} />
        </SpaceBetween>
      )}
    </Loaded>
  );
}

function TurnedOff({ name }: { name: string }) {
  return (
    <Alert type="info" action={<Button href={paths.turnOnStream(name)}>Turn on stream</Button>}>
      The stream of {name} is off: what it has recorded stays for 24 hours.
    </Alert>
  );
}

function Off({ name }: { name: string }) {
  return (
    <Empty
      title="The stream of this table is off"
      action={
        <Button variant="primary" href={paths.turnOnStream(name)}>
          Turn on stream
        </Button>
      }
    >
      With a stream, every change of an item becomes a record that stays for 24 hours, and that triggers take
      to functions.
    </Empty>
  );
}
