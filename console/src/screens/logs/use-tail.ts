import { useState } from "react";
import type { LiveState } from "../../aws/live";
import { useLive } from "../../parts/live";
import { type TailRow, tailed } from "./tail-buffer";

const NONE: readonly TailRow[] = [];

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
  const [rows, setRows] = useState(NONE);
  const [frozen, setFrozen] = useState<readonly TailRow[]>();
  const state = useLive((events) => setRows((old) => tailed(old, events)));
  const last = frozen?.at(-1)?.key ?? 0;
  return {
    rows: frozen ?? rows,
    paused: frozen !== undefined,
    waiting: frozen === undefined ? 0 : rows.filter(({ key }) => key > last).length,
    state,
    toggle: () => setFrozen(frozen === undefined ? rows : undefined),
    clear: () => {
      setRows(NONE);
      setFrozen(frozen === undefined ? undefined : NONE);
    },
  };
}
