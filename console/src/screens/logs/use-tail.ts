import { useEffect, useRef, useState } from "react";
import type { LiveState } from "../../aws/live";
import type { LiveEvent } from "../../aws/own";
import { useLive } from "../../parts/live";
import { type TailRow, tailed } from "./tail-buffer";

const NONE: readonly TailRow[] = [];
/** Lines that come within this are shown at once: thousands a second must not keep the page from answering. */
const GATHER_MS = 150;

export interface Tail {
  rows: readonly TailRow[];
  paused: boolean;
  /** How many lines came while it is paused and will be shown. */
  waiting: number;
  state: LiveState;
  toggle: () => void;
  clear: () => void;
}

/** The lines that come while this is shown. While it is paused they wait. */
export function useTail(): Tail {
  const { rows, state, clear } = useLines();
  const [frozen, setFrozen] = useState<readonly TailRow[]>();
  const last = frozen?.at(-1)?.key ?? 0;
  return {
    rows: frozen ?? rows,
    paused: frozen !== undefined,
    waiting: frozen === undefined ? 0 : rows.filter(({ key }) => key > last).length,
    state,
    toggle: () => setFrozen(frozen === undefined ? rows : undefined),
    clear: () => {
      clear();
      setFrozen(frozen === undefined ? undefined : NONE);
    },
  };
}

function useLines(): { rows: readonly TailRow[]; state: LiveState; clear: () => void } {
  const [rows, setRows] = useState(NONE);
  const gathered = useRef<LiveEvent[]>([]);
  const timer = useRef<number>(undefined);
  const show = () => {
    const events = gathered.current;
    gathered.current = [];
    timer.current = undefined;
    setRows((old) => tailed(old, events));
  };
  const state = useLive((events) => {
    gathered.current.push(...events);
    timer.current ??= window.setTimeout(show, GATHER_MS);
  });
  useEffect(
    () => () => {
      window.clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  const clear = () => {
    gathered.current = [];
    setRows(NONE);
  };
  return { rows, state, clear };
}
