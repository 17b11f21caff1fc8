/** Running a function and reading what it said. */

import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { lambda } from "./functions";
import { clientSettings } from "./session";

export interface Invocation {
  requestId: string;
  status: number;
  /** `Handled` or `Unhandled` when the function failed. */
  error?: string | undefined;
  /** The answer as text: JSON. Empty for asynchronous invocations. */
  payload: string;
  /** The last 4 KB of what was logged. */
  log: string;
}

export interface LogLine {
  id: string;
  stream: string;
  /** Epoch milliseconds. */
  time: number;
  message: string;
}

/** Invoke and wait for the answer or, with `later`, only leave the event with Lambda. */
export async function invoke(name: string, event: string, later = false): Promise<Invocation> {
  const answer = await lambda().send(
    new InvokeCommand({
      FunctionName: name,
      InvocationType: later ? "Event" : "RequestResponse",
      LogType: later ? "None" : "Tail",
      Payload: new TextEncoder().encode(event),
    }),
  );
  return {
    requestId: answer.$metadata.requestId ?? "",
    status: answer.StatusCode ?? 0,
    error: answer.FunctionError,
    payload: later || answer.Payload === undefined ? "" : new TextDecoder().decode(answer.Payload),
    log: answer.LogResult === undefined ? "" : decoded(answer.LogResult),
  };
}

/** What was logged since `since` (epoch milliseconds), oldest first; nothing if the group is not there yet. */
export async function logLines(
  group: string,
  options: { since?: number; pattern?: string; most?: number } = {},
): Promise<LogLine[]> {
  const client = new CloudWatchLogsClient(clientSettings());
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group }));
  if (!logGroups?.some(({ logGroupName }) => logGroupName === group)) {
    return [];
  }
  const found: LogLine[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(
      new FilterLogEventsCommand({
        logGroupName: group,
        startTime: options.since,
        filterPattern: options.pattern,
        nextToken: after,
      }),
    );
    for (const event of page.events ?? []) {
      found.push({
        id: event.eventId ?? String(found.length),
        stream: event.logStreamName ?? "",
        time: event.timestamp ?? 0,
        message: event.message ?? "",
      });
    }
    after = page.nextToken;
  } while (after !== undefined && found.length < (options.most ?? 1000));
  return found;
}

/** The log stream that has the lines of one invocation, once they are stored. */
export async function streamOf(group: string, requestId: string, since: number): Promise<string | null> {
  const lines = await logLines(group, { pattern: `"${requestId}"`, since, most: 1 });
  return lines[0]?.stream ?? null;
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
}
