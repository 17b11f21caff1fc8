/** Test events that were saved, by name: this browser's, for each function. */

export type SavedEvents = Record<string, string>;

const place = (region: string, name: string) => `millrace.test-events.${region}.${name}`;

export function readEvents(region: string, name: string): SavedEvents {
  const kept = localStorage.getItem(place(region, name));
  return kept === null ? {} : (JSON.parse(kept) as SavedEvents);
}

export function keepEvents(region: string, name: string, events: SavedEvents): void {
  localStorage.setItem(place(region, name), JSON.stringify(events));
}
