/** What people see of a log message. Pure. */

/** What colours a terminal, and moves its cursor, is nothing but noise here. */
const TERMINAL = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[ -/]*[@-~]`, "g");

/** A message without the end of its line and without a terminal's colours. */
export function shown(message: string): string {
  return message.replace(TERMINAL, "").replace(/\r/g, "\n").trimEnd();
}

/** The beginning of a long text, and how many characters were left out. */
export function clipped(text: string, most: number): { text: string; left: number } {
  return text.length <= most
    ? { text, left: 0 }
    : { text: `${text.slice(0, most)}…`, left: text.length - most };
}
