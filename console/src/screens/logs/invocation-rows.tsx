import Badge from "@cloudscape-design/components/badge";
import Link from "@cloudscape-design/components/link";
import type { ReactElement } from "react";
import { count, milliseconds } from "../../parts/format";
import type { Report } from "../../parts/log-line";
import type { Invocation } from "./invocations";
import { LineRow } from "./line-row";

interface HeadProps {
  invocation: Invocation;
  /** Where only the lines of this invocation are shown. */
  href: string | undefined;
}

/**
 * The lines of one invocation under its request id and the figures of its REPORT; other lines just as they are. Each
 * is an element of its own: what is added above leaves the rest in place.
 */
export function invocationRows(invocation: Invocation, href: string | undefined): ReactElement[] {
  const rows = invocation.entries.map(({ key, time, message, read }) => (
    <LineRow key={key} time={time} message={message} kind={read.kind} json={read.json} />
  ));
  if (invocation.request !== undefined) {
    rows.unshift(<Head key={`head ${rows[0]?.key}`} invocation={invocation} href={href} />);
  }
  return rows;
}

function Head({ invocation, href }: HeadProps) {
  const { request, report, failed, ended, entries } = invocation;
  return (
    <div className="log-head">
      {href === undefined ? (
        <code>{request}</code>
      ) : (
        <Link href={href} fontSize="body-s" ariaLabel={`Only the lines of request ${request}`}>
          {request}
        </Link>
      )}
      {failed ? <Badge color="red">Failed</Badge> : null}
      {ended ? null : <Badge color="blue">No report yet</Badge>}
      <span className="log-figures">
        {[`${count(entries.length)} ${entries.length === 1 ? "line" : "lines"}`, ...figures(report)].join(
          " · ",
        )}
      </span>
    </div>
  );
}

function figures(report: Report | undefined): string[] {
  const { durationMs, billedMs, initMs, usedMb, memoryMb, status, errorType } = report ?? {};
  return [
    durationMs === undefined ? "" : `Duration ${milliseconds(durationMs)}`,
    billedMs === undefined ? "" : `Billed ${count(billedMs)} ms`,
    initMs === undefined ? "" : `Init ${milliseconds(initMs)}`,
    usedMb === undefined ? "" : `Memory ${usedMb} of ${memoryMb ?? "?"} MB`,
    status === undefined ? "" : `Status ${status}`,
    errorType ?? "",
  ].filter((text) => text !== "");
}
