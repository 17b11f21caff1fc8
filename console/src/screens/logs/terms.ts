/** Filter patterns of terms, as CloudWatch Logs reads them, for lines that are here already, and what to mark. Pure. */

interface Term {
  sign: "" | "-" | "?";
  test: RegExp;
}

const TERM = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)+)%|([^\s"]+))/gy;

/** The terms of a pattern; text that is no pattern (a quotation mark left open) is one term as it stands. */
function termsOf(pattern: string): Term[] {
  const text = pattern.trim();
  const terms: Term[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const found = TERM.exec(text);
    if (found === null) {
      return [{ sign: "", test: literally(text) }];
    }
    const [, sign = "", phrase, regex, word = ""] = found;
    const test = regex === undefined ? literally(phrase?.replace(/\\(.)/g, "$1") ?? word) : regexOr(regex);
    terms.push({ sign: sign as Term["sign"], test });
  }
  return terms;
}

const literally = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "g");

function regexOr(source: string): RegExp {
  try {
    return new RegExp(source, "g");
  } catch {
    return literally(`%${source}%`);
  }
}

const found = (term: Term, message: string) => {
  term.test.lastIndex = 0;
  return term.test.test(message);
};

/** Whether a message fits: all that is required, nothing of what is excluded; if nothing is required, one of the rest. */
export function matcher(pattern: string): (message: string) => boolean {
  const terms = termsOf(pattern);
  const of = (sign: Term["sign"]) => terms.filter((term) => term.sign === sign);
  const [required, excluded, optional] = [of(""), of("-"), of("?")];
  return (message) =>
    !excluded.some((term) => found(term, message)) &&
    (required.length > 0 || optional.length === 0
      ? required.every((term) => found(term, message))
      : optional.some((term) => found(term, message)));
}

/** What is to be marked in a line that fits: terms, or of a JSON pattern the texts that are compared with. */
export function marks(pattern: string): RegExp | undefined {
  const text = pattern.trim();
  const sources = text.startsWith("{")
    ? [...text.matchAll(/"((?:[^"\\*]|\\.)+)"/g)].map((quoted) => literally(quoted[1] ?? "").source)
    : termsOf(text)
        .filter((term) => term.sign !== "-")
        .map((term) => term.test.source);
  return sources.length === 0 ? undefined : new RegExp(sources.join("|"), "g");
}

/** A message in pieces, every second of which is to be marked. */
export function pieces(message: string, marked: RegExp | undefined): string[] {
  if (marked === undefined) {
    return [message];
  }
  const parts: string[] = [];
  let at = 0;
  for (const hit of message.matchAll(marked)) {
    if (hit[0] !== "") {
      parts.push(message.slice(at, hit.index), hit[0]);
      at = hit.index + hit[0].length;
    }
  }
  return [...parts, message.slice(at)];
}
