/**
 * Things that are being deleted or were just now. Screens that still show them would read them once more and be told
 * that they are not there: queries of theirs have `enabled: () => !isGone(name)`.
 */

const names = new Set<string>();
const SCREENS_GONE_MS = 5000;

/** Run `call`, which deletes the thing. If that fails the thing is read again. */
export async function going<T>(name: string, call: () => Promise<T>): Promise<T> {
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
export const isGone = (name: string) => names.has(name);
