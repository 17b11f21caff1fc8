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

/** By row, AWS's message if it is about that row's name: it names the pattern that names must fit, or the names. */
export function refusedNames(message: string, pairs: readonly Pair[]): (string | undefined)[] {
  const pattern = patternOf(message);
  const named = /reserved keys[^:]*: *(.*)$/.exec(message)?.[1]?.split(/[\s,]+/) ?? [];
  return pairs.map(({ key, value }) => {
    const left = key === "" && value === "";
    return !left && (named.includes(key) || pattern?.test(key) === false) ? message : undefined;
  });
}

function patternOf(message: string): RegExp | undefined {
  const source = /Map keys .*regular expression pattern: (.+?)(?:, Member .*)?\]?$/.exec(message)?.[1];
  try {
    return source === undefined ? undefined : new RegExp(`^(?:${source})$`);
  } catch {
    return undefined;
  }
}

export const valuesOf = (pairs: readonly Pair[]): Record<string, string> =>
  Object.fromEntries(pairs.filter(({ key }) => key !== "").map(({ key, value }) => [key, value]));
