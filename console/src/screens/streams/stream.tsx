import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { describeStream } from "../../aws/streams";
import { LoadedTable } from "../../parts/no-table";
import { Page } from "../../parts/page";
import { useTable } from "../../parts/queries";
import { Empty, Loaded } from "../../parts/states";
import { paths } from "../../paths";
import { Changes } from "./changes";
import { Shards } from "./shards";

const AGAIN_MS = 5000;

/** What happens in a table: the changes of its stream, as they are made. */
export default function StreamScreen() {
  const { name = "" } = useParams();
  const table = useTable(name);
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
        {({ LatestStreamArn }) =>
          on && LatestStreamArn !== undefined ? (
            <Followed key={LatestStreamArn} arn={LatestStreamArn} />
          ) : (
            <Off name={name} />
          )
        }
      </LoadedTable>
    </Page>
  );
}

function Followed({ arn }: { arn: string }) {
  const stream = useQuery({
    queryKey: ["stream", arn],
    queryFn: () => describeStream(arn),
    refetchInterval: AGAIN_MS,
  });
  return (
    <Loaded query={stream}>
      {(found) => (
        <SpaceBetween size="l">
          <Changes stream={found} />
          <Shards stream={found} />
        </SpaceBetween>
      )}
    </Loaded>
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
