import { useEffect, useMemo, useSyncExternalStore } from "react";
import { type LogSpan, readLogStream } from "../../aws/logs";
import type { LiveEvent } from "../../aws/own";
import { useLive } from "../../parts/live";
import { Feed, type View } from "./feed";

/** The lines of a stream, kept up to date: live events say when there is something to read, nothing is polled. */
export function useFeed(group: string, stream: string, span: LogSpan = {}): { feed: Feed; view: View } {
  const { start, end } = span;
  const feed = useMemo(
    () => new Feed((place, most) => readLogStream(group, stream, place, { start, end }, most)),
    [group, stream, start, end],
  );
  useEffect(() => {
    void feed.news();
  }, [feed]);
  useLive((events) => {
    if (events.some((event) => isNews(event, group, stream))) {
      void feed.news();
    }
  });
  const view = useSyncExternalStore(
    (tell) => feed.watch(tell),
    () => feed.view,
  );
  return { feed, view };
}

/** A line of the stream, or that lines may have been missed. */
const isNews = (event: LiveEvent, group: string, stream: string) =>
  event.kind === "log"
    ? event.group === group && event.stream === stream
    : event.kind === "ready" || event.kind === "missed";
