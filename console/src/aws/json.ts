/** JSON that keeps what JSON.parse loses: numbers as they are written, and where a mistake is. */

export class JsonNumber {
  constructor(readonly text: string) {}
}

export type JsonObject = Map<string, JsonData>;
export type JsonData = string | boolean | null | JsonNumber | JsonData[] | JsonObject;

export class JsonMistake extends Error {
  constructor(
    what: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`Line ${line}, column ${column}: ${what}`);
    this.name = "NotJson";
  }
}

/** Deeper than DynamoDB takes (32), and far from where a browser's stack ends. */
const DEPTH_MAX = 200;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
const SPACE = /[ \t\r\n]*/y;
const WORD = /true|false|null/y;
const WORDS: Record<string, true | false | null> = { true: true, false: false, null: null };

/** The data that `text` writes. A JsonMistake says where it is none; a name that stands twice is one, too. */
export function readJson(text: string): JsonData {
  const reader = new Reader(text);
  const data = reader.value(0);
  reader.end();
  return data;
}

class Reader {
  #at = 0;

  constructor(readonly text: string) {}

  value(depth: number): JsonData {
    if (depth > DEPTH_MAX) {
      throw this.mistake("nested too deeply");
    }
    this.#take(SPACE);
    const next = this.text[this.#at];
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#array(depth);
    if (next === '"') return this.#string();
    const number = this.#take(NUMBER);
    if (number !== undefined) return new JsonNumber(number);
    const word = this.#take(WORD);
    if (word !== undefined) return WORDS[word] ?? null;
    throw this.mistake("a value is expected here");
  }

  end(): void {
    this.#take(SPACE);
    if (this.#at < this.text.length) {
      throw this.mistake("nothing more is expected here");
    }
  }

  mistake(what: string, at = this.#at): JsonMistake {
    const before = this.text.slice(0, at).split("\n");
    return new JsonMistake(what, before.length, (before.at(-1)?.length ?? 0) + 1);
  }

  #object(depth: number): JsonObject {
    const found: JsonObject = new Map();
    this.#list("}", () => {
      const start = this.#at;
      if (this.text[start] !== '"') {
        throw this.mistake('a name in double quotes is expected here, or "}"');
      }
      const name = this.#string();
      if (found.has(name)) {
        throw this.mistake(`"${name}" stands twice in this object`, start);
      }
      this.#take(SPACE);
      if (this.text[this.#at] !== ":") {
        throw this.mistake('":" is expected here');
      }
      this.#at += 1;
      found.set(name, this.value(depth + 1));
    });
    return found;
  }

  #array(depth: number): JsonData[] {
    const found: JsonData[] = [];
    this.#list("]", () => found.push(this.value(depth + 1)));
    return found;
  }

  /** What is between brackets: nothing, or members with commas between them. */
  #list(close: string, member: () => void): void {
    this.#at += 1;
    this.#take(SPACE);
    if (this.text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#take(SPACE);
      member();
      this.#take(SPACE);
      const next = this.text[this.#at];
      if (next !== "," && next !== close) {
        throw this.mistake(`"," or "${close}" is expected here`);
      }
      this.#at += 1;
      if (next === close) {
        return;
      }
    }
  }

  #string(): string {
    const start = this.#at;
    try {
      return JSON.parse(this.#take(STRING) ?? "") as string;
    } catch {
      throw this.mistake("this text has no end, or something in it that JSON writes otherwise", start);
    }
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    this.#at += found?.length ?? 0;
    return found === "" ? undefined : found;
  }
}

/** The text of `data`; `indent` spaces a level, or all on one line without. */
export function writeJson(data: JsonData, indent = 0, level = 0): string {
  if (data instanceof JsonNumber) return data.text;
  if (data === null || typeof data !== "object") return JSON.stringify(data);
  const inner = (value: JsonData) => writeJson(value, indent, level + 1);
  if (Array.isArray(data)) return brackets("[", data.map(inner), "]", indent, level);
  const members = [...data].map(
    ([name, value]) => `${JSON.stringify(name)}:${indent ? " " : ""}${inner(value)}`,
  );
  return brackets("{", members, "}", indent, level);
}

function brackets(open: string, members: string[], close: string, indent: number, level: number): string {
  if (indent === 0 || members.length === 0) {
    return `${open}${members.join(",")}${close}`;
  }
  const margin = " ".repeat(indent * (level + 1));
  return `${open}\n${margin}${members.join(`,\n${margin}`)}\n${" ".repeat(indent * level)}${close}`;
}
