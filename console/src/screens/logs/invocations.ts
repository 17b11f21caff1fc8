/** The lines of a stream by invocation: an environment runs one at a time, from START to REPORT. Pure. */

import type { LogLine } from "../../aws/logs";
import { type Read, type Report, readLine } from "../../parts/log-line";

/** A line with what was read in it. `key` stays the same while lines are added before and behind. */
export interface Entry extends LogLine {
  key: number;
  read: Read;
}

export interface Invocation {
  /** The request id; nothing for lines that are outside of any invocation that is shown. */
  request: string | undefined;
  entries: Entry[];
  report: Report | undefined;
  failed: boolean;
  ended: boolean;
}

export const entry = (line: LogLine, key: number): Entry => ({ ...line, key, read: readLine(line.message) });

export function byInvocation(entries: readonly Entry[]): Invocation[] {
  const groups: Invocation[] = [];
  let current: Invocation | undefined;
  for (const each of entries) {
    current = groupOf(each, current);
    if (current !== groups.at(-1)) {
      groups.push(current);
    }
    current.entries.push(each);
    current.failed ||= each.read.kind === "error" || each.read.report?.status !== undefined;
    if (each.read.kind === "report") {
      current.report = each.read.report;
      current.ended = true;
    }
  }
  return groups;
}

function groupOf({ read }: Entry, current: Invocation | undefined): Invocation {
  if (read.kind === "start" || (read.request !== undefined && read.request !== current?.request)) {
    return begun(read.request);
  }
  if (read.kind === "init" || current === undefined || current.ended) {
    return current !== undefined && current.request === undefined ? current : begun(undefined);
  }
  return current;
}

const begun = (request: string | undefined): Invocation => ({
  request,
  entries: [],
  report: undefined,
  failed: false,
  ended: false,
});
