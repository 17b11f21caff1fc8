/**
 * Tables that are being deleted. Screens read them again now and then, and would be told that they are not there:
 * what was known of them is shown until the screen is gone.
 */

const names = new Set<string>();
const SCREENS_GONE_MS = 5000;

/** Run `call`, which deletes the table. If it fails the table is read again. */
export async function leave<T>(name: string, call: () => Promise<T>): Promise<T> {
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

export const returned = (name: string) => names.delete(name);
export const isLeaving = (name: string) => names.has(name);
