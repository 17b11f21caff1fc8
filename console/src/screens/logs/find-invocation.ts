import { type LogSpan, quoted, searchLogs } from "../../aws/logs";
import { readLine } from "../../parts/log-line";

/** When an invocation ran, in epoch milliseconds; without an end it is still at work. */
interface Found extends LogSpan {
  start: number;
}

const PAGE = 1_000;

/** Where the lines of an invocation are in a stream: from its first line that names it to its REPORT. */
export async function findInvocation(group: string, stream: string, request: string): Promise<Found | null> {
  const search = { group, streams: [stream], pattern: quoted(request) };
  let start: number | undefined;
  let next: string | undefined;
  do {
    const page = await searchLogs(search, next, PAGE);
    start ??= page.found[0]?.time;
    const report = page.found.find(({ message }) => {
      const read = readLine(message);
      return read.kind === "report" && read.request === request;
    });
    if (start !== undefined && report !== undefined) {
      return { start, end: report.time + 1 };
    }
    next = page.next;
  } while (next !== undefined);
  return start === undefined ? null : { start };
}
