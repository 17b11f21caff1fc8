/** The log lines of one invocation. */

import { type FoundLine, findLines } from "../../aws/logs";
import { readLine } from "../../parts/log-line";

export interface Place {
  group: string;
  stream: string;
  request: string;
  /** Epoch seconds between which the invocation ran. */
  from: number;
  to: number;
}

const BEFORE_MS = 1000;
const AFTER_MS = 5000;
const LINES_MAX = 10_000;

/** An invocation's lines, oldest first; none if its log is gone. */
export async function invocationLines(place: Place): Promise<FoundLine[]> {
  const span = {
    start: Math.floor(place.from * 1000) - BEFORE_MS,
    end: Math.ceil(place.to * 1000) + AFTER_MS,
  };
  const lines = await findLines(
    { group: place.group, streams: [place.stream], pattern: "", ...span },
    LINES_MAX,
  );
  return ofRequest(lines, place.request);
}

/** Those from START to REPORT of a request; an environment does one after the other. */
export function ofRequest<Line extends { message: string }>(lines: readonly Line[], request: string): Line[] {
  const begin = lines.findIndex(({ message }) => isMark(message, "start", request));
  if (begin < 0) {
    return lines.filter(({ message }) => message.includes(request));
  }
  const length = lines.slice(begin).findIndex(({ message }) => isMark(message, "report", request));
  return lines.slice(begin, length < 0 ? undefined : begin + length + 1);
}

function isMark(message: string, kind: "start" | "report", request: string): boolean {
  const read = readLine(message);
  return read.kind === kind && read.request === request;
}
