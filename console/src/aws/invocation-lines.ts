/** The log lines of one invocation. */

import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";

import { clientSettings } from "./session";

export interface Line {
  id: string;
  /** Epoch milliseconds. */
  time: number;
  message: string;
}

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
const PAGES_MAX = 10;

/** An invocation's lines, oldest first; none if its log is gone. */
export async function invocationLines(place: Place): Promise<Line[]> {
  const client = new CloudWatchLogsClient(clientSettings());
  if (!(await isThere(client, place))) {
    return [];
  }
  const lines: Line[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await client.send(
      new FilterLogEventsCommand({
        logGroupName: place.group,
        logStreamNames: [place.stream],
        startTime: Math.floor(place.from * 1000) - BEFORE_MS,
        endTime: Math.ceil(place.to * 1000) + AFTER_MS,
        nextToken: after,
      }),
    );
    for (const { eventId, timestamp = 0, message = "" } of answer.events ?? []) {
      lines.push({ id: eventId ?? String(lines.length), time: timestamp, message });
    }
    after = answer.nextToken;
    if (after === undefined) {
      break;
    }
  }
  return ofRequest(lines, place.request);
}

/** Those from START to REPORT of a request; an environment does one after the other. */
export function ofRequest(lines: readonly Line[], request: string): Line[] {
  const begin = lines.findIndex(({ message }) => isMark(message, "START", request));
  if (begin < 0) {
    return lines.filter(({ message }) => message.includes(request));
  }
  const length = lines.slice(begin).findIndex(({ message }) => isMark(message, "REPORT", request));
  return lines.slice(begin, length < 0 ? undefined : begin + length + 1);
}

/** The platform's own lines: text, or JSON when the function logs JSON. */
function isMark(message: string, word: "START" | "REPORT", request: string): boolean {
  const json = `"platform.${word.toLowerCase()}"`;
  return message.includes(request) && (message.startsWith(`${word} RequestId`) || message.includes(json));
}

async function isThere(client: CloudWatchLogsClient, { group, stream }: Place): Promise<boolean> {
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group }));
  if (!logGroups?.some(({ logGroupName }) => logGroupName === group)) {
    return false;
  }
  const { logStreams } = await client.send(
    new DescribeLogStreamsCommand({ logGroupName: group, logStreamNamePrefix: stream }),
  );
  return logStreams?.some(({ logStreamName }) => logStreamName === stream) ?? false;
}
