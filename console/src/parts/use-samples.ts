import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { type Status, status } from "../aws/own";
import { added, type Sample, sample } from "./samples";

const EVERY_MS = 1000;

let samples: readonly Sample[] = [];
const watchers = new Set<() => void>();

/** Where everything stands, asked every second while this is shown, and what was sampled since the tab was opened. */
export function useSamples(): {
  status: Status | undefined;
  samples: readonly Sample[];
  error: Error | null;
} {
  const query = useQuery({ queryKey: ["status"], queryFn: status, refetchInterval: EVERY_MS });
  useEffect(() => {
    if (query.data !== undefined && samples.at(-1)?.time !== query.dataUpdatedAt / 1000) {
      samples = added(samples, { ...sample(query.data), time: query.dataUpdatedAt / 1000 });
      for (const tell of watchers) {
        tell();
      }
    }
  }, [query.data, query.dataUpdatedAt]);
  const kept = useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    () => samples,
  );
  return { status: query.data, samples: kept, error: query.error };
}
