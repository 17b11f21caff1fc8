import Button from "@cloudscape-design/components/button";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import "./log-lines.css";

interface LogScrollProps {
  label: string;
  /** Changes with every line that is added. */
  version: unknown;
  /** Stay at the newest line while lines are added, until it is scrolled up. */
  follow?: boolean;
  foot?: ReactNode;
  children: ReactNode;
}

const NEAR_PX = 24;

/** A row and how far below the upper edge it is shown: there it stays when lines come in above it. */
type Held = { row: HTMLElement; below: number } | undefined;

function firstShown(region: HTMLElement): Held {
  const rows = region.querySelectorAll<HTMLElement>(".log-row");
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const passed = (rows[middle]?.offsetTop ?? 0) < region.scrollTop;
    [from, to] = passed ? [middle + 1, to] : [from, middle];
  }
  const row = rows[from];
  return row === undefined ? undefined : { row, below: row.offsetTop - region.scrollTop };
}

/** Log lines that scroll by themselves; with `follow` they stay at the newest until somebody scrolls up. */
export function LogScroll({ label, version, follow = false, foot, children }: LogScrollProps) {
  const place = useRef<HTMLDivElement>(null);
  const last = useRef(0);
  const [following, setFollowing] = useState(follow);
  const held = useRef<Held>(undefined);
  useLayoutEffect(() => {
    const region = place.current;
    if (region === null || version === undefined) {
      return;
    }
    if (following) {
      region.scrollTop = region.scrollHeight;
      // Browsers tell of it later: who scrolls up before that, scrolls up from here.
      last.current = region.scrollTop;
    } else if (held.current?.row.isConnected) {
      region.scrollTop = held.current.row.offsetTop - held.current.below;
    }
  }, [following, version]);
  useEffect(() => {
    const region = place.current;
    if (region === null) {
      return undefined;
    }
    const scrolled = () => {
      const bottom = region.scrollHeight - region.clientHeight - region.scrollTop < NEAR_PX;
      const upwards = region.scrollTop < last.current;
      last.current = region.scrollTop;
      held.current = firstShown(region);
      if (follow && (bottom || upwards)) {
        setFollowing(bottom);
      }
    };
    region.addEventListener("scroll", scrolled, { passive: true });
    return () => region.removeEventListener("scroll", scrolled);
  }, [follow]);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div ref={place} className="log" role="log" aria-live="off" aria-label={label} tabIndex={0}>
        {children}
      </div>
      <div className="log-foot">
        <span>{foot}</span>
        {follow && !following ? (
          <Button iconName="angle-down" onClick={() => setFollowing(true)}>
            Jump to newest
          </Button>
        ) : null}
      </div>
    </>
  );
}
