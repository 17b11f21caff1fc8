/** Sequence numbers: decimal texts beyond what a double holds, rising with every change of a shard. Pure. */

/** Below 0 when `one` is the older of two. */
export const compareSequences = (one: string, other: string) => {
  const difference = BigInt(one) - BigInt(other);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** The number `steps` before `sequence`, but not before `least`. */
export function earlier(sequence: string, steps: number, least: string): string {
  const wanted = BigInt(sequence) - BigInt(steps);
  return wanted > BigInt(least) ? String(wanted) : least;
}

/**
 * Where to begin so that a shard's newest `wanted` records are read and not many more, found without reading those before:
 * `isThere` says whether there is a record at a number or after it, and is asked about 2 log(n) times.
 */
export async function startOfNewest(
  oldest: string,
  wanted: number,
  isThere: (sequence: string) => Promise<boolean>,
): Promise<string> {
  let low = BigInt(oldest);
  let step = BigInt(wanted);
  while (await isThere(String(low + step))) {
    low += step;
    step *= 2n;
  }
  if (low === BigInt(oldest)) {
    return oldest;
  }
  let high = low + step;
  while (high - low > BigInt(wanted) / 4n + 1n) {
    const middle = (low + high) / 2n;
    if (await isThere(String(middle))) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return earlier(String(low), wanted, oldest);
}
