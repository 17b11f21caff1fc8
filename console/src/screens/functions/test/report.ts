/** What an invocation's log tail and answer tell. */

import { type Report, readLine } from "../../../parts/log-line";

/** The figures of the report that ends an invocation's log; none if the log was cut before it. */
export const reportOf = (log: string): Report =>
  log
    .split("\n")
    .map((line) => readLine(line).report)
    .find((report) => report !== undefined) ?? {};

export interface FunctionError {
  type: string;
  message: string;
  trace: string;
}

/** The error that a failed function answered with. */
export function errorOf(payload: string): FunctionError {
  const told = parsed(payload) as
    | { errorType?: string; errorMessage?: string; stackTrace?: string[] }
    | undefined;
  return {
    type: told?.errorType ?? "Error",
    message: told?.errorMessage ?? payload,
    trace: (told?.stackTrace ?? []).join("").trimEnd(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
