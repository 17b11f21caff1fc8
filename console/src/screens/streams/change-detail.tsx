import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useSearchParams } from "react-router";
import { typed } from "../../aws/attributes";
import type { Change, Stream } from "../../aws/streams";
import { CodeEditor } from "../../parts/code-editor";
import { bytes, dateTime } from "../../parts/format";
import { useGo } from "../../parts/go";
import { ItemDiff } from "../../parts/item-diff";
import { Empty, Loading } from "../../parts/states";
import { paths } from "../../paths";
import { EventBadge, ExpiredBadge } from "./event-badge";
import { EventTab } from "./event-tab";
import { Journeys } from "./journeys";
import { keyText } from "./summary";

const TABS = ["changes", "event", "journey"] as const;

interface ChangeDetailProps {
  stream: Stream;
  /** `null`: it is not there any more. */
  change: Change | null | undefined;
  /** Whether the address names one. */
  asked: boolean;
}

/** One change: what became different, what functions get of it, and what came of that. */
export function ChangeDetail({ stream, change, asked }: ChangeDetailProps) {
  if (change === undefined || change === null) {
    return (
      <Container>
        {change === null ? (
          <Empty title="This change is gone">Streams keep their records for 24 hours.</Empty>
        ) : asked ? (
          <Loading label="Reading the change" />
        ) : (
          <Empty title="No change chosen">
            Choose one to see what became different, the event that functions get, and what happened to it.
            The arrow keys go up and down.
          </Empty>
        )}
      </Container>
    );
  }
  const key = JSON.stringify(typed(change.keys));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`${dateTime(change.time)} · ${bytes(change.bytes)} · ${change.sequence}`}
          actions={
            change.event === "REMOVE" ? undefined : (
              <Button href={paths.editItem(stream.table, key)}>Open item</Button>
            )
          }
        >
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            <EventBadge event={change.event} />
            <span>{keyText(change)}</span>
            {change.by === undefined ? null : <ExpiredBadge />}
          </SpaceBetween>
        </Header>
      }
    >
      <Parts stream={stream} change={change} />
    </Container>
  );
}

function Parts({ stream, change }: { stream: Stream; change: Change }) {
  const [address] = useSearchParams();
  const go = useGo();
  const asked = TABS.find((name) => name === address.get("tab")) ?? "changes";
  const href = (tab: string) => {
    const next = new URLSearchParams({ change: change.sequence, shard: change.shard, tab });
    return `${paths.stream(stream.table)}?${next}`;
  };
  return (
    <Tabs
      activeTabId={asked}
      ariaLabel="The change"
      onChange={({ detail }) => go(href(detail.activeTabId), { replace: true })}
      tabs={[
        {
          id: "changes",
          label: "Changes",
          href: href("changes"),
          content: <Difference stream={stream} change={change} />,
        },
        {
          id: "event",
          label: "Event",
          href: href("event"),
          content: <EventTab stream={stream} change={change} />,
        },
        {
          id: "journey",
          label: "What happened",
          href: href("journey"),
          content: <Journeys key={change.sequence} stream={stream} change={change} />,
        },
      ]}
    />
  );
}

function Difference({ stream, change }: { stream: Stream; change: Change }) {
  const { before, after, event, keys, view } = change;
  const lacking = LACKING[view];
  const only = event === "MODIFY" && view !== "KEYS_ONLY" ? LONE[view] : undefined;
  return (
    <SpaceBetween size="s">
      {lacking === undefined ? null : (
        <Box color="text-body-secondary">
          {lacking} The stream&apos;s view type is {view}.
        </Box>
      )}
      {only === undefined ? (
        <ItemDiff
          before={before ?? (event === "INSERT" ? undefined : keys)}
          after={after ?? (event === "REMOVE" ? undefined : keys)}
          keys={stream.keys}
        />
      ) : (
        <CodeEditor
          value={JSON.stringify(typed(after ?? before ?? keys), null, 2)}
          language="json"
          ariaLabel={only}
        />
      )}
    </SpaceBetween>
  );
}

const LACKING: Record<string, string> = {
  KEYS_ONLY: "Only the key is known.",
  NEW_IMAGE: "Only the new image is known.",
  OLD_IMAGE: "Only the old image is known.",
};

/** The image that is told of a changed item, where there are not both. */
const LONE: Record<string, string> = { NEW_IMAGE: "The new image", OLD_IMAGE: "The old image" };
