import { useSyncExternalStore } from "react";

/** One step of the way to the page that is shown. */
export interface Crumb {
  text: string;
  href: string;
}

let trail: readonly Crumb[] = [];
const watchers = new Set<() => void>();

export function setTrail(next: readonly Crumb[]): void {
  trail = next;
  for (const tell of watchers) {
    tell();
  }
}

export function useTrail(): readonly Crumb[] {
  return useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    () => trail,
  );
}
