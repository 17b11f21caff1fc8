/** What went wrong with a call, in AWS's words. */

export interface Failure {
  code: string;
  message: string;
  /** The request parameter that AWS's message names, in camel case, if it names one. */
  field?: string;
}

const NAMED_FIELDS = [
  /Value .* at '(\w+)(?:\.[\w.]+)*' failed to satisfy/,
  /(?:parameter|Parameter|member|field) (\w+)/,
  /^(\w+) must /,
];

/** Any thrown thing as a Failure. A server that cannot be reached gets a sentence of ours. */
export function failure(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) {
    return { code: "Error", message: String(thrown) };
  }
  if (thrown.name === "TypeError" && /fetch|network/i.test(thrown.message)) {
    return { code: "NetworkError", message: "The server does not answer. Is millrace still running?" };
  }
  const message = readable(thrown.message || thrown.name);
  return { code: thrown.name, message, field: fieldOf(thrown.message) };
}

const VALUE_SHOWN = 120;
const LONG_VALUE = new RegExp(`'([^']{${VALUE_SHOWN}})[^']+'`, "g");
const LONG_WORD = new RegExp(`(\\S{${VALUE_SHOWN}})\\S{${VALUE_SHOWN},}`, "g");
const MESSAGE_SHOWN = 1_500;

/** AWS repeats what it was given: of a value that fills the screen the beginning is enough. */
function readable(message: string): string {
  const short = message.replace(LONG_VALUE, "'$1…'").replace(LONG_WORD, "$1…");
  return short.length <= MESSAGE_SHOWN ? short : `${short.slice(0, MESSAGE_SHOWN)}…`;
}

function fieldOf(message: string): string | undefined {
  for (const pattern of NAMED_FIELDS) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined) {
      return name.charAt(0).toLowerCase() + name.slice(1);
    }
  }
  return undefined;
}

/** Whether the call failed because the thing is not there. */
export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && /NotFound|NoSuchEntity/.test(thrown.name);
}
