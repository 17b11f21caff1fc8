import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type LogGroup,
  type LogStream,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { clientSettings } from "./session";

export type { LogGroup, LogStream };

/** One event of a stream. `time` in epoch milliseconds. */
export interface LogLine {
  time: number;
  message: string;
}

/** One event that was found in a group. */
export interface FoundLine extends LogLine {
  id: string;
  stream: string;
}

/** Some events of a stream in order, and how to read on behind and before them. */
export interface LogPage {
  lines: LogLine[];
  ahead: string;
  back: string;
}

/** Times in epoch milliseconds; events at `end` and later are left out. */
export interface LogSpan {
  start?: number;
  end?: number;
}

/** Where to read on, or from which side to begin. */
export type LogPlace = { token: string } | { begin: "oldest" | "newest" };

/** What FilterLogEvents gives at once at the most. */
const PAGE_MAX = 10_000;

/** Of how many streams the newest lines of a group are taken. */
const STREAMS_READ = 4;

const logs = () => new CloudWatchLogsClient(clientSettings());

/** All groups of the region, or those whose name begins with `prefix`. */
export async function listLogGroups(prefix?: string): Promise<LogGroup[]> {
  const client = logs();
  const found: LogGroup[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeLogGroupsCommand({ nextToken, logGroupNamePrefix: prefix || undefined }),
    );
    found.push(...(page.logGroups ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

/** The group of this name; nothing if it is not there. */
export async function findLogGroup(name: string): Promise<LogGroup | null> {
  const found = await listLogGroups(name);
  return found.find((group) => group.logGroupName === name) ?? null;
}

/** The streams of a group, the one with the newest event first; `most` at most. */
export async function newestStreams(group: string, most: number): Promise<LogStream[]> {
  const client = logs();
  const found: LogStream[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeLogStreamsCommand({
        logGroupName: group,
        orderBy: "LastEventTime",
        descending: true,
        limit: Math.min(50, most - found.length),
        nextToken,
      }),
    );
    found.push(...(page.logStreams ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && found.length < most);
  return found;
}

export async function createLogGroup(name: string, retentionDays: number | undefined): Promise<void> {
  await logs().send(new CreateLogGroupCommand({ logGroupName: name }));
  if (retentionDays !== undefined) {
    await setRetention(name, retentionDays);
  }
}

export const deleteLogGroup = (name: string) =>
  logs().send(new DeleteLogGroupCommand({ logGroupName: name }));

export const deleteLogStream = (group: string, stream: string) =>
  logs().send(new DeleteLogStreamCommand({ logGroupName: group, logStreamName: stream }));

/** How many days events are kept; without a number for ever. */
export async function setRetention(group: string, days: number | undefined): Promise<void> {
  await (days === undefined
    ? logs().send(new DeleteRetentionPolicyCommand({ logGroupName: group }))
    : logs().send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: days })));
}

/** A page of a stream's events, `most` at most. A page before a place may be empty: then there is nothing before it. */
export async function readLogStream(
  group: string,
  stream: string,
  place: LogPlace,
  span: LogSpan,
  most: number,
): Promise<LogPage> {
  const answer = await logs().send(
    new GetLogEventsCommand({
      logGroupName: group,
      logStreamName: stream,
      limit: most,
      startTime: span.start,
      endTime: span.end,
      ...("token" in place ? { nextToken: place.token } : { startFromHead: place.begin === "oldest" }),
    }),
  );
  return {
    lines: (answer.events ?? []).map(({ timestamp = 0, message = "" }) => ({ time: timestamp, message })),
    ahead: answer.nextForwardToken ?? "",
    back: answer.nextBackwardToken ?? "",
  };
}

/** The last lines of a group, the newest first; none if it is not there. Of its newest streams, to be quick. */
export async function newestLines(group: string, most: number): Promise<(LogLine & { stream: string })[]> {
  if ((await findLogGroup(group)) === null) {
    return [];
  }
  const streams = await newestStreams(group, STREAMS_READ);
  const pages = await Promise.all(
    streams.map(async ({ logStreamName: stream = "" }) => {
      const { lines } = await readLogStream(group, stream, { begin: "newest" }, {}, most);
      return lines.map((line) => ({ ...line, stream })).reverse();
    }),
  );
  return pages
    .flat()
    .sort((one, other) => other.time - one.time)
    .slice(0, most);
}

export interface Search {
  group: string;
  /** Empty: every line. */
  pattern: string;
  streams?: string[];
  start?: number;
  end?: number;
}

/**
 * Events of a group that match a filter pattern, the oldest first. A page may be empty though there is more: whoever
 * wants something to show asks again with `next`.
 */
export async function searchLogs(
  search: Search,
  next: string | undefined,
  most: number,
): Promise<{ found: FoundLine[]; next: string | undefined }> {
  const answer = await logs().send(
    new FilterLogEventsCommand({
      logGroupName: search.group,
      filterPattern: search.pattern || undefined,
      logStreamNames: search.streams,
      startTime: search.start,
      endTime: search.end,
      limit: most,
      nextToken: next,
    }),
  );
  const found = (answer.events ?? []).map((event) => ({
    id: event.eventId ?? "",
    stream: event.logStreamName ?? "",
    time: event.timestamp ?? 0,
    message: event.message ?? "",
  }));
  return { found, next: answer.nextToken };
}

/** All that `searchLogs` finds, `most` at most; nothing where there is no such group or stream yet. */
export async function findLines(search: Search, most: number): Promise<FoundLine[]> {
  const lines: FoundLine[] = [];
  if (!(await isThere(search))) {
    return lines;
  }
  let next: string | undefined;
  do {
    const page = await searchLogs(search, next, Math.min(most, PAGE_MAX));
    lines.push(...page.found);
    next = page.next;
  } while (next !== undefined && lines.length < most);
  return lines.slice(0, most);
}

async function isThere({ group, streams = [] }: Search): Promise<boolean> {
  if ((await findLogGroup(group)) === null) {
    return false;
  }
  const found = await Promise.all(
    streams.map((stream) =>
      logs().send(new DescribeLogStreamsCommand({ logGroupName: group, logStreamNamePrefix: stream })),
    ),
  );
  return found.every(({ logStreams }, place) =>
    logStreams?.some(({ logStreamName }) => logStreamName === streams[place]),
  );
}

/** The pattern for lines that have this text in them. */
export const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** The log stream that has the lines of one invocation, once they are stored. */
export async function streamOf(group: string, requestId: string, start: number): Promise<string | null> {
  const lines = await findLines({ group, pattern: quoted(requestId), start }, 1);
  return lines[0]?.stream ?? null;
}
