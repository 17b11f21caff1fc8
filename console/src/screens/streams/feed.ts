/** The newest changes of a stream, kept up to date: what is read when, and what is kept. No React in here. */

import type { Change, From, Shard } from "../../aws/streams";
import { compareSequences, earlier, startOfNewest } from "./sequence";

/** How many changes are shown at first. */
const FIRST_COUNT = 200;
/** How many are kept as new ones come. */
export const KEPT_MAX = 1000;
const OLDER_COUNT = 500;
const PAGE = 1000;
/** From how many pages behind on the newest are looked for instead of reading all between. */
const BEHIND_PAGES_MAX = 5;
/** Changes that come faster are read together; and half of the time is left to the browser for other things. */
const READ_EVERY_MS = 200;

/** Reads a shard's records; throws TrimmedDataAccessException for a place that is gone. */
export type Read = (shard: string, from: From, limit: number) => Promise<Change[]>;

export interface View {
  /** The newest first. */
  changes: readonly Change[];
  /** Whether the first changes were read. */
  ready: boolean;
  paused: boolean;
  /** How many changes were made since it was paused, as far as they were told. */
  waiting: number;
  /** Whether there are older ones to be read. */
  older: boolean;
  readingOlder: boolean;
  error: unknown;
}

const EMPTY: View = {
  changes: [],
  ready: false,
  paused: false,
  waiting: 0,
  older: false,
  readingOlder: false,
  error: undefined,
};

export class Feed {
  readonly #read: Read;
  readonly #watchers = new Set<() => void>();
  readonly #last = new Map<string, string>();
  /** The shards whose oldest record is among those kept. */
  readonly #whole = new Set<string>();
  #shards: readonly Shard[] = [];
  #view = EMPTY;
  #kept = KEPT_MAX;
  #reading = false;
  #again = false;

  constructor(read: Read) {
    this.#read = read;
  }

  get view(): View {
    return this.#view;
  }

  /** Be told when `view` changes. */
  watch(tell: () => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }

  /** Follow these shards; those that are new to it are read from their newest records on. */
  follow(shards: readonly Shard[]): void {
    this.#shards = shards;
    this.wake(0);
  }

  /** There is something new: `changes` of them. */
  wake(changes = 1): void {
    if (this.#view.paused) {
      this.#set({ waiting: this.#view.waiting + changes });
    } else if (this.#reading) {
      this.#again = true;
    } else {
      void this.#run();
    }
  }

  pause(): void {
    this.#set({ paused: true, waiting: 0 });
  }

  resume(): void {
    this.#set({ paused: false, waiting: 0 });
    this.wake(0);
  }

  async readOlder(): Promise<void> {
    this.#set({ readingOlder: true });
    try {
      for (const shard of this.#shards) {
        if (!this.#whole.has(shard.id)) {
          await this.#readBefore(shard.id);
        }
      }
      this.#set({ error: undefined });
    } catch (error) {
      this.#set({ error });
    }
    this.#set({ readingOlder: false });
  }

  async #run(): Promise<void> {
    this.#reading = true;
    do {
      this.#again = false;
      const began = performance.now();
      try {
        for (const shard of this.#shards) {
          await this.#catchUp(shard);
        }
        this.#set({ ready: true, error: undefined });
      } catch (error) {
        this.#set({ error });
      }
      const pause = Math.max(READ_EVERY_MS, performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, pause));
    } while (this.#again && !this.#view.paused);
    this.#reading = false;
  }

  async #catchUp(shard: Shard): Promise<void> {
    for (let pages = 0; ; pages += 1) {
      const last = this.#last.get(shard.id);
      if (last === undefined || pages === BEHIND_PAGES_MAX) {
        return this.#readNewest(shard.id);
      }
      if (shard.last !== undefined && compareSequences(last, shard.last) >= 0) {
        return undefined;
      }
      const found = await this.#read(shard.id, { after: last }, PAGE).catch((error: unknown) => {
        this.#last.delete(shard.id);
        throw error;
      });
      if (found.length === 0) {
        return undefined;
      }
      this.#take(found);
    }
  }

  async #readNewest(shard: string): Promise<void> {
    const [oldest] = await this.#read(shard, "oldest", 1);
    if (oldest === undefined) {
      this.#whole.add(shard);
      return;
    }
    const isThere = async (at: string) => (await this.#read(shard, { at }, 1)).length > 0;
    const start = await startOfNewest(oldest.sequence, FIRST_COUNT, isThere);
    if (start === oldest.sequence) {
      this.#whole.add(shard);
    }
    for (let from: From = { at: start }; ; ) {
      const found: Change[] = await this.#read(shard, from, PAGE);
      this.#take(found);
      const last = found.at(-1);
      if (last === undefined) {
        return;
      }
      from = { after: last.sequence };
    }
  }

  async #readBefore(shard: string): Promise<void> {
    const known = this.#view.changes.findLast((change) => change.shard === shard)?.sequence;
    const [oldest] = await this.#read(shard, "oldest", 1);
    if (oldest === undefined || known === undefined || compareSequences(oldest.sequence, known) >= 0) {
      this.#whole.add(shard);
      this.#set({});
      return;
    }
    const start = earlier(known, OLDER_COUNT, oldest.sequence);
    const found = (await this.#read(shard, { at: start }, OLDER_COUNT)).filter(
      (change) => compareSequences(change.sequence, known) < 0,
    );
    if (start === oldest.sequence) {
      this.#whole.add(shard);
    }
    this.#kept += found.length;
    this.#take(found);
  }

  /** Add what was read, in order; the oldest go when there are too many. */
  #take(found: readonly Change[]): void {
    const known = new Set(this.#view.changes.map((change) => change.sequence));
    const fresh = found.filter((change) => !known.has(change.sequence));
    for (const { shard, sequence } of fresh) {
      const last = this.#last.get(shard);
      if (last === undefined || compareSequences(sequence, last) > 0) {
        this.#last.set(shard, sequence);
      }
    }
    const all = [...this.#view.changes, ...fresh].sort((one, other) =>
      compareSequences(other.sequence, one.sequence),
    );
    for (const gone of all.slice(this.#kept)) {
      this.#whole.delete(gone.shard);
    }
    this.#set({ changes: fresh.length === 0 ? this.#view.changes : all.slice(0, this.#kept) });
  }

  #set(change: Partial<View>): void {
    const older = this.#shards.some((shard) => !this.#whole.has(shard.id));
    this.#view = { ...this.#view, ...change, older };
    for (const tell of this.#watchers) {
      tell();
    }
  }
}
