import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Change, Stream } from "../../aws/streams";
import { count } from "../../parts/format";
import { useLiveState } from "../../parts/live";
import { ChangeFilter } from "./change-filter";
import { ChangeRows } from "./change-rows";
import type { Feed, View } from "./feed";
import { neighbour, type Wanted } from "./filter";

const PAGE = 50;
const STEPS: Record<string, 1 | -1> = { ArrowDown: 1, ArrowUp: -1 };

/** Keys can come faster than what they chose is drawn: the address knows the last one. */
const chosenNow = () =>
  new URLSearchParams(window.location.hash.split("?")[1] ?? "").get("change") ?? undefined;

interface ChangeListProps {
  stream: Stream;
  feed: Feed;
  view: View;
  listed: readonly Change[];
  wanted: Wanted;
  want: (wanted: Wanted) => void;
  chosen: string | undefined;
  choose: (change: Change) => void;
}

/** The changes, the newest first. Up and down choose the one before and after. */
export function ChangeList(props: ChangeListProps) {
  const { feed, view, listed, chosen, choose } = props;
  const [page, setPage] = useState(1);
  const rows = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen !== undefined) {
      rows.current?.querySelector("input:checked")?.closest("tr")?.scrollIntoView({ block: "nearest" });
    }
  }, [chosen]);
  const pages = Math.max(1, Math.ceil(listed.length / PAGE));
  const shown = Math.min(page, pages);
  const show = (change: Change | undefined) => {
    if (change !== undefined) {
      choose(change);
      setPage(Math.floor(listed.indexOf(change) / PAGE) + 1);
    }
  };
  const jump = () => {
    feed.resume();
    show(listed[0]);
    rows.current?.scrollTo({ top: 0 });
  };
  const press = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      show(neighbour(listed, chosenNow(), step));
    }
  };
  return (
    <Container
      header={<ListHeader {...props} jump={jump} />}
      footer={
        <div style={{ display: "flex", justifyContent: "space-between", alignItems: "center" }}>
          {view.older ? (
            <Button loading={view.readingOlder} onClick={() => void feed.readOlder()} variant="link">
              Read older changes
            </Button>
          ) : (
            <Box color="text-body-secondary">{view.ready ? "That is all there is" : ""}</Box>
          )}
          <Pagination
            currentPageIndex={shown}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        </div>
      }
    >
      <SpaceBetween size="s">
        <ChangeFilter stream={props.stream} wanted={props.wanted} want={props.want} />
        <div ref={rows} className="changes-rows" tabIndex={-1} onKeyDownCapture={press}>
          <ChangeRows
            items={listed.slice((shown - 1) * PAGE, shown * PAGE)}
            none={view.changes.length === 0}
            ready={view.ready}
            chosen={chosen}
            choose={choose}
          />
        </div>
      </SpaceBetween>
    </Container>
  );
}

function ListHeader({ feed, view, listed, jump }: ChangeListProps & { jump: () => void }) {
  const all = view.changes.length;
  const told = `${count(all)}${view.older ? "+" : ""}`;
  return (
    <Header
      variant="h2"
      info={<Following view={view} />}
      counter={listed.length === all ? `(${told})` : `(${count(listed.length)}/${told})`}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={jump} disabled={all === 0}>
            Jump to the newest
          </Button>
          {view.paused ? (
            <Button variant="primary" iconName="play" onClick={() => feed.resume()}>
              Resume
            </Button>
          ) : (
            <Button iconName="pause" onClick={() => feed.pause()}>
              Pause
            </Button>
          )}
        </SpaceBetween>
      }
    >
      Changes
    </Header>
  );
}

/** Whether the list is up to date. */
function Following({ view: { paused, waiting } }: { view: View }) {
  const state = useLiveState();
  return (
    <Box variant="span" fontSize="body-m" fontWeight="normal">
      {paused ? (
        <StatusIndicator type="stopped">
          {waiting === 0 ? "Paused" : `Paused, ${count(waiting)} new`}
        </StatusIndicator>
      ) : state === "lost" ? (
        <StatusIndicator type="warning">Not connected</StatusIndicator>
      ) : (
        <StatusIndicator type={state === "live" ? "success" : "pending"}>
          {state === "live" ? "Live" : "Connecting"}
        </StatusIndicator>
      )}
    </Box>
  );
}
