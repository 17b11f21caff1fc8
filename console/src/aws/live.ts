/** One connection for all live events of this tab, open while somebody listens and the tab is looked at. */

import { follow, type LiveEvent } from "./own";

export type LiveState = "off" | "connecting" | "live" | "lost";
type Take = (events: LiveEvent[]) => void;

const AGAIN_MS = [250, 500, 1000, 2000, 5000];

class Live {
  readonly #listeners = new Set<Take>();
  readonly #watchers = new Set<() => void>();
  #state: LiveState = "off";
  #connection: AbortController | undefined;

  get state(): LiveState {
    return this.#state;
  }

  listen(take: Take): () => void {
    this.#listeners.add(take);
    this.#connect();
    return () => {
      this.#listeners.delete(take);
      // A turn later: a screen that gives way to another must not cost a new connection.
      setTimeout(() => this.#restIfUnwanted(), 0);
    };
  }

  /** Be told when `state` changes. */
  watch(tell: () => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }

  /** The tab was shown or hidden: a browser has few connections to one server, and hidden tabs would hold them. */
  shown(visible: boolean): void {
    if (visible) {
      this.#connect();
    } else {
      this.#rest();
    }
  }

  /** Begin anew, for instance with other keys. */
  restart(): void {
    this.#rest();
    this.#connect();
  }

  #connect(): void {
    if (this.#connection === undefined && this.#listeners.size > 0 && document.visibilityState !== "hidden") {
      this.#connection = new AbortController();
      void this.#run(this.#connection.signal);
    }
  }

  #restIfUnwanted(): void {
    if (this.#listeners.size === 0) {
      this.#rest();
    }
  }

  #rest(): void {
    this.#connection?.abort();
    this.#connection = undefined;
    this.#set("off");
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      if (this.#state !== "lost") {
        this.#set("connecting");
      }
      try {
        await follow((events) => this.#take(events), signal);
        failures = 0;
      } catch {
        // Ended by us, or the server is away: the state says so, and it is tried again.
      }
      if (!signal.aborted) {
        this.#set("lost");
        const pause = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)];
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  #take(events: LiveEvent[]): void {
    this.#set("live");
    for (const listener of this.#listeners) {
      listener(events);
    }
  }

  #set(state: LiveState): void {
    if (state !== this.#state) {
      this.#state = state;
      for (const tell of this.#watchers) {
        tell();
      }
    }
  }
}

export const live = new Live();
document.addEventListener("visibilitychange", () => live.shown(document.visibilityState !== "hidden"));
