/** Running a function. */

import { InvokeCommand } from "@aws-sdk/client-lambda";
import { lambda } from "./functions";

export interface Invocation {
  requestId: string;
  status: number;
  /** `Handled` or `Unhandled` when the function failed. */
  error?: string;
  /** The answer as text: JSON. Empty for asynchronous invocations. */
  payload: string;
  /** The last 4 KB of what was logged. */
  log: string;
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

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
}
