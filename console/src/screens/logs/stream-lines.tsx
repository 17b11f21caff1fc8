import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useEffect, useMemo } from "react";
import { isMissing } from "../../aws/failure";
import type { LogSpan } from "../../aws/logs";
import { count } from "../../parts/format";
import { Empty, FailureAlert, Loading } from "../../parts/states";
import { paths } from "../../paths";
import { type Feed, KEPT_LINES, type View } from "./feed";
import { invocationRows } from "./invocation-rows";
import { byInvocation, type Invocation } from "./invocations";
import { LogScroll } from "./log-scroll";
import { useFeed } from "./use-feed";

interface StreamLinesProps {
  group: string;
  stream: string;
  /** Only the lines of this invocation, which lie in `span`. */
  request?: string;
  span?: LogSpan;
}

/** The lines of a stream by invocation: the newest, older ones on demand, new ones as they come. */
export function StreamLines({ group, stream, request, span }: StreamLinesProps) {
  const { feed, view } = useFeed(group, stream, span);
  const all = useMemo(() => byInvocation(view.entries), [view.entries]);
  const shown = request === undefined ? all : ofRequest(all, request, view.older);
  useWhole(feed, view, request !== undefined);
  if (view.error !== undefined && !(isMissing(view.error) && view.entries.length > 0)) {
    if (isMissing(view.error)) {
      return (
        <Empty
          title="There is no such log stream"
          action={<Button href={paths.logGroup(group)}>All log streams</Button>}
        >
          It may have been deleted, or be in another region.
        </Empty>
      );
    }
    return <FailureAlert error={view.error} retry={() => void feed.news()} />;
  }
  if (view.loading) {
    return <Loading label="Loading lines" />;
  }
  if (view.entries.length === 0) {
    return <Empty title="No lines yet">They appear here as they are written.</Empty>;
  }
  const lines = shown.reduce((sum, { entries }) => sum + entries.length, 0);
  return (
    <LogScroll
      label={`Lines of ${stream}`}
      version={view.entries}
      follow={span?.end === undefined}
      foot={
        <Box color="text-body-secondary">
          {`${count(lines)} ${lines === 1 ? "line" : "lines"}`}
          {span?.end === undefined ? ". New lines appear by themselves." : ""}
        </Box>
      }
    >
      {view.older && request === undefined ? <Older feed={feed} /> : null}
      {shown.flatMap((invocation) =>
        invocationRows(
          invocation,
          invocation.request === undefined || request !== undefined
            ? undefined
            : paths.logStream(group, stream, invocation.request),
        ),
      )}
    </LogScroll>
  );
}

/** What lies before the first line that is known to be another's is the invocation's own while its start is not read. */
function ofRequest(all: readonly Invocation[], request: string, older: boolean): Invocation[] {
  return all.filter(
    (each, n) => each.request === request || (older && n === 0 && each.request === undefined),
  );
}

/** Read all of it, as far as lines are kept. */
function useWhole(feed: Feed, view: View, wanted: boolean): void {
  const more = wanted && view.older && !view.loading && view.entries.length < KEPT_LINES;
  const version = view.entries;
  useEffect(() => {
    if (more && version.length > 0) {
      void feed.before();
    }
  }, [feed, more, version]);
}

function Older({ feed }: { feed: Feed }) {
  return (
    <div className="log-more">
      <Button onClick={() => void feed.before()}>Load older lines</Button>
    </div>
  );
}
