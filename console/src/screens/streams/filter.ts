/** Which changes are listed. Pure. */

import type { Change } from "../../aws/streams";
import { keyText } from "./summary";

export interface Wanted {
  /** `INSERT`, `MODIFY` or `REMOVE`, `TTL` for what expired; all if empty. */
  event: string;
  shard: string;
  /** Part of a key's text, in any case. */
  key: string;
}

export const ALL: Wanted = { event: "", shard: "", key: "" };

export function wantedOnly(changes: readonly Change[], { event, shard, key }: Wanted): readonly Change[] {
  const text = key.trim().toLowerCase();
  if (event === "" && shard === "" && text === "") {
    return changes;
  }
  return changes.filter(
    (change) =>
      (event === "" || (event === "TTL" ? change.by !== undefined : change.event === event)) &&
      (shard === "" || change.shard === shard) &&
      keyText(change).toLowerCase().includes(text),
  );
}

/** The one above or below the chosen one; the first if none is chosen. */
export function neighbour(changes: readonly Change[], chosen: string | undefined, step: 1 | -1) {
  const at = changes.findIndex(({ sequence }) => sequence === chosen);
  return at < 0 ? changes[0] : changes[Math.min(changes.length - 1, Math.max(0, at + step))];
}
