/** JSON as people write and read it. */

/** Over several lines; what is no JSON stays as it is. */
export function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Why a text is no JSON, if it is none: the rest is for the server to say. */
export function jsonTrouble(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (thrown) {
    return `This is not JSON: ${(thrown as Error).message}`;
  }
}
