import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { type LiveState, live } from "../aws/live";
import type { LiveEvent } from "../aws/own";

/** Call `take` with live events as they come, a few at a time, while the component is shown. */
export function useLive(take: (events: LiveEvent[]) => void, enabled = true): LiveState {
  const latest = useEffectEvent(take);
  useEffect(() => {
    if (!enabled) {
      return undefined;
    }
    return live.listen((events) => latest(events));
  }, [enabled]);
  return useLiveState();
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (tell) => live.watch(tell),
    () => live.state,
  );
}
