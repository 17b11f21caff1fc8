import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { failure } from "../../aws/failure";
import { status } from "../../aws/own";
import { count } from "../../parts/format";
import { readLine } from "../../parts/log-line";
import { Empty, FailureAlert, Loading } from "../../parts/states";
import { paths } from "../../paths";
import { LineRow } from "./line-row";
import { LogScroll } from "./log-scroll";
import { longer, type Span, searchPage } from "./search-request";
import { marks } from "./terms";

interface SearchResultsProps {
  group: string;
  pattern: string;
  span: Span;
  /** Changes when it is to be looked again. */
  round: number;
  /** AWS's message on the pattern. */
  onWrongPattern: (message: string) => void;
  onSpan: (id: string) => void;
}

/** What matches, the oldest first, page by page. */
export function SearchResults({ group, pattern, span, round, onWrongPattern, onSpan }: SearchResultsProps) {
  const query = useInfiniteQuery({
    queryKey: ["log-search", group, pattern, span.id, round],
    queryFn: async ({ pageParam }) => {
      const start = pageParam?.start ?? (await beginOf(span));
      const page = await searchPage({ group, pattern, start }, pageParam?.token);
      return { ...page, start };
    },
    initialPageParam: undefined as { token: string; start: number | undefined } | undefined,
    getNextPageParam: ({ next, start }) => (next === undefined ? undefined : { token: next, start }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const told = query.isError ? failure(query.error) : undefined;
  const wrong = told?.message.startsWith("Invalid filter pattern") ? told.message : undefined;
  useEffect(() => {
    if (wrong !== undefined) {
      onWrongPattern(wrong);
    }
  }, [wrong, onWrongPattern]);
  const found = useMemo(
    () =>
      (query.data?.pages ?? []).flatMap((page) =>
        page.found.map((line) => ({ ...line, read: readLine(line.message) })),
      ),
    [query.data],
  );
  const marked = useMemo(() => marks(pattern), [pattern]);
  if (wrong !== undefined) {
    return null;
  }
  if (query.isError) {
    return <FailureAlert error={query.error} retry={() => void query.refetch()} />;
  }
  if (query.isPending) {
    return <Loading label="Searching" />;
  }
  const wider = longer(span);
  const older =
    wider === undefined ? null : (
      <Button onClick={() => onSpan(wider.id)}>
        {wider.seconds === undefined ? "Search all lines" : `Search the last ${wider.text}`}
      </Button>
    );
  const more = query.hasNextPage ? (
    <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
      Load more
    </Button>
  ) : null;
  if (found.length === 0) {
    return (
      <Empty title="No matches" action={more ?? older}>
        {`No line ${span.seconds === undefined ? "" : `of the last ${span.text} `}fits${more ? " so far" : ""}.`}
      </Empty>
    );
  }
  return (
    <div>
      <LogScroll
        label="Lines that match"
        version={found.length}
        foot={
          <Box color="text-body-secondary">
            {`${count(found.length)} ${found.length === 1 ? "line matches" : "lines match"}${more ? " so far" : ""}, the oldest first`}
          </Box>
        }
      >
        {older === null ? null : <div className="log-more">{older}</div>}
        {found.map(({ id, time, message, stream, read }) => (
          <LineRow
            key={id}
            time={time}
            message={message}
            kind={read.kind}
            json={read.json}
            marked={marked}
            place={<Place group={group} stream={stream} request={read.request} />}
          />
        ))}
        {more === null ? null : <div className="log-more">{more}</div>}
      </LogScroll>
    </div>
  );
}

/** The start of the span, by the server's clock, which tests move. */
async function beginOf(span: Span): Promise<number | undefined> {
  if (span.seconds === undefined) {
    return undefined;
  }
  const { now } = await status();
  return Math.round((now - span.seconds) * 1000);
}

function Place({ group, stream, request }: { group: string; stream: string; request: string | undefined }) {
  return <a href={paths.logStream(group, stream, request)}>{stream}</a>;
}
