/**
 * Things that are being deleted or were just now. Screens that still show them would read them once more and be told
 * that they are not there: their queries read with `whileThere`.
 */

import type { QueryFunctionContext } from "@tanstack/react-query";

const names = new Set<string>();
const SCREENS_GONE_MS = 5000;

/** Run `call`, which deletes the thing. If that fails the thing is read again. */
export async function whileDeleting<T>(name: string, call: () => Promise<T>): Promise<T> {
  names.add(name);
  try {
    const answer = await call();
    setTimeout(() => names.delete(name), SCREENS_GONE_MS);
    return answer;
  } catch (error) {
    names.delete(name);
    throw error;
  }
}

/** The thing was made anew. */
export const isBack = (name: string) => names.delete(name);

const isGone = (name: string) => names.has(name);

/**
 * The part of a query that says how the thing is read, by what was known of it. While it is gone, what was known of it stays: not being
 * `enabled` keeps new queries from beginning, but not an interval that runs already.
 */
export const whileThere = <T>(name: string, read: (known?: T) => Promise<T>) => ({
  queryFn: ({ client, queryKey }: QueryFunctionContext): T | Promise<T> => {
    const known = client.getQueryData<T>(queryKey);
    return isGone(name) && known !== undefined ? known : read(known);
  },
  enabled: () => !isGone(name),
});
