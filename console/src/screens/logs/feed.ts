/** The lines of a stream that are kept in the tab: the newest, more before them on demand, and new ones as they come. */

import type { LogPage, LogPlace } from "../../aws/logs";
import { type Entry, entry } from "./invocations";

export const PAGE_LINES = 500;
/** More than this is not kept: whole pages at the far end go. */
export const KEPT_LINES = 5_000;

type ReadPage = (place: LogPlace, most: number) => Promise<LogPage>;

export interface View {
  entries: readonly Entry[];
  /** Whether there may be older lines than those that are kept. */
  older: boolean;
  loading: boolean;
  error: unknown;
}

interface Kept {
  entries: Entry[];
  back: string;
}

export class Feed {
  readonly #read: ReadPage;
  readonly #watchers = new Set<() => void>();
  #pages: Kept[] = [];
  #ahead: string | undefined;
  #older = true;
  #busy = false;
  #again = false;
  #firstKey = 0;
  #lastKey = 0;
  #view: View = { entries: [], older: true, loading: true, error: undefined };

  constructor(read: ReadPage) {
    this.#read = read;
  }

  get view(): View {
    return this.#view;
  }

  watch(tell: () => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }

  /** Read what has come since; the newest lines at first. Told while it reads, it reads once more. */
  async news(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    await this.#alone(async () => {
      do {
        this.#again = false;
        await this.#forward();
      } while (this.#again);
    });
  }

  async before(): Promise<void> {
    const first = this.#pages[0];
    if (this.#busy || first === undefined || !this.#older) {
      return;
    }
    await this.#alone(async () => {
      const page = await this.#read({ token: first.back }, PAGE_LINES);
      this.#older = page.lines.length > 0;
      if (page.lines.length > 0) {
        this.#firstKey -= page.lines.length;
        const from = this.#firstKey;
        this.#pages.unshift({ entries: page.lines.map((line, n) => entry(line, from + n)), back: page.back });
      }
    });
    if (this.#again) {
      await this.news();
    }
  }

  async #forward(): Promise<void> {
    for (let full = true; full; ) {
      const begun = this.#ahead !== undefined;
      const place: LogPlace = this.#ahead === undefined ? { begin: "newest" } : { token: this.#ahead };
      const page = await this.#read(place, PAGE_LINES);
      this.#ahead = page.ahead;
      this.#add(page);
      full = begun && page.lines.length === PAGE_LINES;
      if (!begun) {
        this.#older = page.lines.length === PAGE_LINES;
      }
    }
  }

  #add(page: LogPage): void {
    const from = this.#lastKey;
    this.#lastKey += page.lines.length;
    const entries = page.lines.map((line, n) => entry(line, from + n));
    const last = this.#pages.at(-1);
    if (last !== undefined && last.entries.length + entries.length <= PAGE_LINES) {
      last.entries.push(...entries);
    } else {
      this.#pages.push({ entries, back: page.back });
    }
    while (this.#pages.length > 1 && this.#count() - (this.#pages[0]?.entries.length ?? 0) >= KEPT_LINES) {
      this.#pages.shift();
      this.#firstKey = this.#pages[0]?.entries[0]?.key ?? this.#firstKey;
      this.#older = true;
    }
  }

  #count(): number {
    return this.#pages.reduce((sum, page) => sum + page.entries.length, 0);
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    let error: unknown;
    try {
      await work();
    } catch (thrown) {
      error = thrown;
    }
    this.#busy = false;
    const entries = this.#pages.flatMap((page) => page.entries);
    this.#view = { entries, older: this.#older, loading: false, error };
    for (const tell of this.#watchers) {
      tell();
    }
  }
}
