import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "react-router";
import { isMissing } from "../../aws/failure";
import { Page } from "../../parts/page";
import { Empty, FailureAlert, Loading } from "../../parts/states";
import { paths } from "../../paths";
import { findInvocation } from "./find-invocation";
import { functionOf, groupCrumbs } from "./places";
import { StreamLines } from "./stream-lines";

export default function Stream() {
  const { group = "", stream = "" } = useParams();
  const [address] = useSearchParams();
  const request = address.get("request") ?? undefined;
  const name = functionOf(group);
  return (
    <Page
      title={stream}
      crumbs={groupCrumbs(group)}
      description={
        request === undefined
          ? "A log stream: what one environment of the function, or one program, has written, in order."
          : `Only the lines of request ${request}.`
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {request === undefined ? null : (
            <Button href={paths.logStream(group, stream)}>Show all lines</Button>
          )}
          {name === undefined ? null : <Button href={paths.function(name)}>Function</Button>}
          <Button href={paths.liveTail(group)}>Live tail</Button>
        </SpaceBetween>
      }
    >
      {request === undefined ? (
        <StreamLines key={stream} group={group} stream={stream} />
      ) : (
        <OfRequest key={request} group={group} stream={stream} request={request} />
      )}
    </Page>
  );
}

interface OfRequestProps {
  group: string;
  stream: string;
  request: string;
}

/** Looks for the invocation's place in the stream, again while it has not ended. */
function OfRequest({ group, stream, request }: OfRequestProps) {
  const found = useQuery({
    queryKey: ["invocation", group, stream, request],
    queryFn: () => findInvocation(group, stream, request),
    refetchInterval: ({ state }) => (state.data?.end === undefined && state.error === null ? 1_000 : false),
  });
  if (found.isError && !isMissing(found.error)) {
    return <FailureAlert error={found.error} retry={() => void found.refetch()} />;
  }
  if (found.data === undefined && !found.isError) {
    return <Loading label="Looking for the invocation" />;
  }
  if (found.data === undefined || found.data === null) {
    return (
      <Empty
        title="No lines of this request"
        action={<Button href={paths.logStream(group, stream)}>Show all lines</Button>}
      >
        The stream has no line that names request {request}. They may have expired.
      </Empty>
    );
  }
  return <StreamLines group={group} stream={stream} request={request} span={found.data} />;
}
