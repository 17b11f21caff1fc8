import { memo, type ReactNode, useState } from "react";
import { clockTime, count, dateTime } from "../../parts/format";
import type { LineKind } from "../../parts/log-line";
import { clipped, shown } from "../../parts/log-text";
import { pieces } from "./terms";

interface LineRowProps {
  /** Epoch milliseconds. */
  time: number;
  message: string;
  kind: LineKind;
  json?: string;
  marked?: RegExp;
  /** Where it was logged, for lists of several streams. */
  place?: ReactNode;
}

/** Longer messages are cut until they are asked for: one of 256 KB would bury all others. */
const CLIPPED = 2_000;
const WORDS: Partial<Record<LineKind, string>> = { error: "Error", warning: "Warning" };

/** One line of a log: its time, what it is if that matters, and its message. */
export const LineRow = memo(function LineRow({ time, message, kind, json, marked, place }: LineRowProps) {
  const [unfolded, setUnfolded] = useState(false);
  const word = WORDS[kind];
  const [whole, setWhole] = useState(false);
  const full = unfolded && json !== undefined ? json : shown(message);
  const { text, left } = clipped(full, whole ? full.length : CLIPPED);
  return (
    <div className={`log-row log-${kind}`} data-place={place === undefined ? undefined : true}>
      <time className="log-time" dateTime={new Date(time).toISOString()} title={dateTime(new Date(time))}>
        {clockTime(time / 1000)}
      </time>
      {place === undefined ? null : <span className="log-place">{place}</span>}
      <span className="log-message">
        {word === undefined ? null : <span className="log-word">{word}</span>}
        {json === undefined ? null : (
          <button
            type="button"
            className="log-unfold"
            aria-expanded={unfolded}
            onClick={() => setUnfolded(!unfolded)}
          >
            {unfolded ? "As logged" : "Expand"}
          </button>
        )}
        <Marked text={text} marked={marked} />
        {left === 0 ? null : (
          <button type="button" className="log-unfold" onClick={() => setWhole(true)}>
            {`Show ${count(left)} more characters`}
          </button>
        )}
      </span>
    </div>
  );
});

function Marked({ text, marked }: { text: string; marked: RegExp | undefined }) {
  const parts = pieces(text, marked).map((part, n) => ({ part, at: n }));
  return <>{parts.map(({ part, at }) => (at % 2 === 1 ? <mark key={at}>{part}</mark> : part))}</>;
}
