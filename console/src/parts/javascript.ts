import { StreamLanguage, type StringStream } from "@codemirror/language";

const KEYWORDS = new Set(
  `async await break case catch class const continue default delete do else export extends finally for from
  function if import in instanceof let new of return static super switch this throw try typeof var void while
  with yield`.split(/\s+/),
);
const VALUES = new Set(["true", "false", "null", "undefined", "NaN", "Infinity"]);
const STRING_MARKS = /["'`]/;

interface State {
  /** The mark that ends what was begun: of a text, or of a comment. */
  until: string | undefined;
}

/** JavaScript as far as colours need it. Regular expressions and what is inside templates are not told apart. */
export const javascript = StreamLanguage.define<State>({
  name: "javascript",
  startState: () => ({ until: undefined }),
  token: (stream, state) => (state.until === undefined ? word(stream, state) : inside(stream, state)),
  languageData: { commentTokens: { line: "//", block: { open: "/*", close: "*/" } } },
});

function word(stream: StringStream, state: State): string | null {
  if (stream.eatSpace()) {
    return null;
  }
  if (stream.match("//")) {
    stream.skipToEnd();
    return "comment";
  }
  if (stream.match("/*")) {
    state.until = "*/";
    return inside(stream, state);
  }
  const mark = stream.eat(STRING_MARKS);
  if (mark) {
    state.until = mark;
    return inside(stream, state);
  }
  if (stream.match(/^\d[\w.]*/)) {
    return "number";
  }
  const name = stream.match(/^[A-Za-z_$][\w$]*/);
  if (name === null) {
    stream.next();
    return null;
  }
  return KEYWORDS.has(stream.current()) ? "keyword" : VALUES.has(stream.current()) ? "atom" : "variableName";
}

/** To the end of a text or a comment, or of the line; only comments and templates go on in the next. */
function inside(stream: StringStream, state: State): string {
  const comment = state.until === "*/";
  while (!stream.eol()) {
    if (state.until !== undefined && stream.match(state.until)) {
      state.until = undefined;
      break;
    }
    if (stream.next() === "\\" && !comment) {
      stream.next();
    }
  }
  if (stream.eol() && !comment && state.until !== "`") {
    state.until = undefined;
  }
  return comment ? "comment" : "string";
}
