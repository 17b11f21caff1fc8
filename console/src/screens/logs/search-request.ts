/** What is looked for in a group, as the address has it. Pure, but for the reading. */

import { type FoundLine, searchLogs } from "../../aws/logs";

export interface Span {
  id: string;
  text: string;
  /** Nothing: however old. */
  seconds: number | undefined;
}

export const SPANS: Span[] = [
  { id: "5m", text: "5 minutes", seconds: 300 },
  { id: "30m", text: "30 minutes", seconds: 1_800 },
  { id: "1h", text: "1 hour", seconds: 3_600 },
  { id: "12h", text: "12 hours", seconds: 43_200 },
  { id: "7d", text: "7 days", seconds: 604_800 },
  { id: "all", text: "All", seconds: undefined },
];

export const spanOf = (id: string | null): Span => SPANS.find((span) => span.id === id) ?? (SPANS[2] as Span);

/** The next longer span. */
export const longer = (span: Span): Span | undefined => SPANS[SPANS.indexOf(span) + 1];

export const PAGE_LINES = 500;
const CALLS_MAX = 10;

interface FoundPage {
  found: FoundLine[];
  next: string | undefined;
}

/** A page of what matches. Answers without a match are read on from, within bounds; then `next` says where it stopped. */
export async function searchPage(
  search: Parameters<typeof searchLogs>[0],
  from: string | undefined,
): Promise<FoundPage> {
  const found: FoundLine[] = [];
  let next = from;
  for (let calls = 0; calls < CALLS_MAX; calls += 1) {
    const page = await searchLogs(search, next, PAGE_LINES - found.length);
    found.push(...page.found);
    next = page.next;
    if (next === undefined || found.length >= PAGE_LINES) {
      break;
    }
  }
  return { found, next };
}
