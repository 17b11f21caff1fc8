import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { LiveEvent } from "../../aws/own";
import { readRecords, type Stream } from "../../aws/streams";
import { useLive } from "../../parts/live";
import { Feed, type View } from "./feed";

/** The stream's newest changes. The server's live events say when there is something to read: nothing is polled. */
export function useFeed(stream: Stream): { feed: Feed; view: View } {
  const { arn, table, shards } = stream;
  const feed = useMemo(() => new Feed((shard, from, limit) => readRecords(arn, shard, from, limit)), [arn]);
  const known = JSON.stringify(shards);
  useEffect(() => {
    feed.follow(JSON.parse(known) as Stream["shards"]);
  }, [feed, known]);
  const client = useQueryClient();
  useLive((events) => {
    const changes = events.filter((event) => event.kind === "change" && event.table === table).length;
    if (changes > 0 || events.some(begunAnew)) {
      feed.wake(changes);
    }
    if (events.some((event) => event.kind === "delivery" && event.table === table)) {
      void client.invalidateQueries({ queryKey: ["journey", arn] });
    }
  });
  const view = useSyncExternalStore(
    (tell) => feed.watch(tell),
    () => feed.view,
  );
  return { feed, view };
}

/** Something may have been made that was not told. */
const begunAnew = (event: LiveEvent) => event.kind === "ready" || event.kind === "missed";
