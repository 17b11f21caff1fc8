/** What became of an item: its old and its new image, attribute by attribute. */

import { type AttributeValue, attribute, type Item, sameValue } from "../aws/attributes";

export type Difference = "added" | "removed" | "changed" | "same";

/** One attribute, or one place inside a map or a list that is on both sides. */
export interface AttributeDifference {
  /** From the top: names of attributes, and positions in lists. */
  path: (string | number)[];
  kind: Difference;
  before?: AttributeValue;
  after?: AttributeValue;
}

/** Every attribute of either image: `first` (the key) in front, the others by name. Sets have no order. */
export function differences(
  before: Item = {},
  after: Item = {},
  first: string[] = [],
): AttributeDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const ordered = [
    ...first.filter((name) => names.includes(name)),
    ...names.filter((name) => !first.includes(name)).sort(),
  ];
  return ordered.flatMap((name) => compare([name], attribute(before, name), attribute(after, name)));
}

/** The places that are not as they were. */
export const changesOnly = (all: AttributeDifference[]) => all.filter(({ kind }) => kind !== "same");

/** A path as DynamoDB's expressions write it: `address.lines[0]`. */
export function pathText(path: (string | number)[]): string {
  return path
    .map((step, at) => (typeof step === "number" ? `[${step}]` : at === 0 ? step : `.${step}`))
    .join("");
}

function compare(
  path: (string | number)[],
  before: AttributeValue | undefined,
  after: AttributeValue | undefined,
): AttributeDifference[] {
  if (before === undefined || after === undefined) {
    return before === undefined && after === undefined
      ? []
      : [
          {
            path,
            kind: before === undefined ? "added" : "removed",
            before,
            after,
          },
        ];
  }
  if (sameValue(before, after)) {
    return [{ path, kind: "same", before, after }];
  }
  if (before.M !== undefined && after.M !== undefined) {
    const inner = differences(before.M, after.M);
    return inner.map((found) => ({ ...found, path: [...path, ...found.path] }));
  }
  if (before.L !== undefined && after.L !== undefined) {
    const [old, now] = [before.L, after.L];
    const length = Math.max(old.length, now.length);
    return Array.from({ length }, (_, at) => compare([...path, at], old[at], now[at])).flat();
  }
  return [{ path, kind: "changed", before, after }];
}
