/** Changes to a package that are not deployed yet. They outlive the screen: kept with the browser's tab. */

import { bytesOf, type PackageFile } from "./package";

/** New text, the file that was at another path, or null: the file is gone. */
export type Change = { text: string } | { from: string } | null;

export interface Draft {
  /** CodeSha256 of the code that the changes are to. */
  base: string;
  changes: Record<string, Change>;
}

export function apply(files: readonly PackageFile[], changes: Draft["changes"]): PackageFile[] {
  const before = new Map(files.map((file) => [file.path, file.bytes]));
  const after = new Map(before);
  for (const [path, change] of Object.entries(changes)) {
    if (change === null) {
      after.delete(path);
    } else if ("text" in change) {
      after.set(path, bytesOf(change.text));
    } else {
      const moved = before.get(change.from);
      if (moved !== undefined) {
        after.set(path, moved);
      }
    }
  }
  return [...after]
    .map(([path, bytes]) => ({ path, bytes }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** `changes` and the text of one file besides. What is as deployed is no change. */
export function withText(
  files: readonly PackageFile[],
  changes: Draft["changes"],
  path: string,
  text: string,
): Draft["changes"] {
  const { [path]: _, ...others } = changes;
  const deployed = files.find((file) => file.path === path);
  const bytes = bytesOf(text);
  const same =
    deployed !== undefined &&
    deployed.bytes.length === bytes.length &&
    deployed.bytes.every((byte, index) => byte === bytes[index]);
  return same ? others : { ...others, [path]: { text } };
}

export function withoutFile(
  files: readonly PackageFile[],
  changes: Draft["changes"],
  path: string,
): Draft["changes"] {
  const { [path]: _, ...others } = changes;
  return files.some((file) => file.path === path) ? { ...others, [path]: null } : others;
}

export function renamed(
  files: readonly PackageFile[],
  changes: Draft["changes"],
  path: string,
  next: string,
): Draft["changes"] {
  const change = changes[path] ?? { from: path };
  const rest = withoutFile(files, changes, path);
  const { [next]: _, ...others } = rest;
  return "from" in change && change.from === next ? others : { ...others, [next]: change };
}

/** What of `changes` was not in `sent`: typed while that was being deployed. */
export function remaining(changes: Draft["changes"], sent: Draft["changes"]): Draft["changes"] {
  return Object.fromEntries(Object.entries(changes).filter(([path, change]) => change !== sent[path]));
}

const place = (region: string, name: string) => `millrace.draft.${region}.${name}`;

export function readDraft(region: string, name: string): Draft | undefined {
  const kept = sessionStorage.getItem(place(region, name));
  return kept === null ? undefined : (JSON.parse(kept) as Draft);
}

export function keepDraft(region: string, name: string, draft: Draft | undefined): void {
  if (draft === undefined || Object.keys(draft.changes).length === 0) {
    sessionStorage.removeItem(place(region, name));
  } else {
    sessionStorage.setItem(place(region, name), JSON.stringify(draft));
  }
}
