/** What an invocation's log tail and answer tell. */

export interface Report {
  duration?: string;
  billed?: string;
  memorySize?: string;
  memoryUsed?: string;
  init?: string;
}

/** The figures of the REPORT line, or of the JSON record in its place. */
export function reportOf(log: string): Report {
  const line = log.split("\n").find((one) => one.startsWith("REPORT RequestId:"));
  return line === undefined ? jsonReport(log) : textReport(line);
}

function textReport(line: string): Report {
  const value = (name: string) => new RegExp(`(?:^|\\t)\\s*${name}: ([^\\t]+)`).exec(line)?.[1]?.trim();
  return {
    duration: value("Duration") ?? / Duration: (\S+ ms)/.exec(line)?.[1],
    billed: value("Billed Duration"),
    memorySize: value("Memory Size"),
    memoryUsed: value("Max Memory Used"),
    init: value("Init Duration"),
  };
}

function jsonReport(log: string): Report {
  const line = log.split("\n").find((one) => one.includes('"platform.report"'));
  if (line === undefined) {
    return {};
  }
  const record = parsed(line) as { record?: { metrics?: Record<string, number> } } | undefined;
  const metrics = record?.record?.metrics ?? {};
  const told = (name: string, unit: string) =>
    metrics[name] === undefined ? undefined : `${metrics[name]} ${unit}`;
  return {
    duration: told("durationMs", "ms"),
    billed: told("billedDurationMs", "ms"),
    memorySize: told("memorySizeMB", "MB"),
    memoryUsed: told("maxMemoryUsedMB", "MB"),
    init: told("initDurationMs", "ms"),
  };
}

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
