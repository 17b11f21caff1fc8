import { memo, type ReactNode } from "react";
import { count } from "../../parts/format";
import { Empty } from "../../parts/states";
import { paths } from "../../paths";
import { LineRow } from "./line-row";
import { LogScroll } from "./log-scroll";
import { shortName } from "./places";
import type { TailRow } from "./tail-buffer";

interface TailLinesProps {
  rows: readonly TailRow[];
  marked: RegExp | undefined;
  /** Say with each line where it comes from. */
  several: boolean;
  foot: ReactNode;
}

/** Lines in the order they came, and gaps where some were missed. */
export function TailLines({ rows, marked, several, foot }: TailLinesProps) {
  return (
    <div className="log-live">
      <LogScroll label="Lines as they come" version={rows} follow foot={foot}>
        {rows.length === 0 ? (
          <Empty title="No lines yet">They appear here as they are written.</Empty>
        ) : (
          rows.map((row) => <TailLine key={row.key} row={row} marked={marked} several={several} />)
        )}
      </LogScroll>
    </div>
  );
}

const TailLine = memo(function TailLine({
  row,
  marked,
  several,
}: {
  row: TailRow;
  marked: RegExp | undefined;
  several: boolean;
}) {
  if ("missed" in row) {
    return (
      <div className="log-gap">
        {`${count(row.missed)} events were missed here: they came faster than this tab could read.`}
      </div>
    );
  }
  const { time, message, kind, group, stream, request } = row;
  const href = paths.logStream(group, stream, request);
  return (
    <LineRow
      time={time}
      message={message}
      kind={kind}
      marked={marked}
      place={
        <a href={href} title={`${group}, ${stream}`}>
          {several ? shortName(group) : stream}
        </a>
      }
    />
  );
});
