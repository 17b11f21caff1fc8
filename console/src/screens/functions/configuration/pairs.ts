/** Names with values, as rows of an editor. */

export interface Pair {
  key: string;
  value: string;
}

export const pairsOf = (values: Record<string, string> | undefined): Pair[] =>
  Object.entries(values ?? {})
    .map(([key, value]) => ({ key, value }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));

/** By row, what is wrong with its name. Rows with neither a name nor a value are left out when saving. */
export function pairTroubles(pairs: readonly Pair[]): (string | undefined)[] {
  return pairs.map(({ key, value }, index) => {
    if (key === "") {
      return value === "" ? undefined : "Give it a name.";
    }
    return pairs.findIndex((other) => other.key === key) < index ? `${key} is there already.` : undefined;
  });
}

export const valuesOf = (pairs: readonly Pair[]): Record<string, string> =>
  Object.fromEntries(pairs.filter(({ key }) => key !== "").map(({ key, value }) => [key, value]));
