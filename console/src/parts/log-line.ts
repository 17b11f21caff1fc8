/** What a log line is, as far as its text tells. Pure. */

import { shown } from "./log-text";

export type LineKind = "start" | "end" | "report" | "init" | "error" | "warning" | "plain";

/** What REPORT says of an invocation. Milliseconds and megabytes. */
export interface Report {
  durationMs?: number;
  billedMs?: number;
  memoryMb?: number;
  usedMb?: number;
  initMs?: number;
  status?: string;
  errorType?: string;
}

/** A line, taken apart. */
export interface Read {
  kind: LineKind;
  request?: string;
  report?: Report;
  /** The message as JSON laid out for people, if it is an object or a list. */
  json?: string;
}

const PLATFORM = /^(START|END|REPORT) RequestId: (\S+)/;
const ERROR =
  /^\[ERROR\]|^Traceback \(most recent call last\)|^\s*(ERROR|CRITICAL|FATAL)\b|\t(ERROR|FATAL)\t|Task timed out after/;
const WARNING = /^\[(WARNING|WARN)\]|\t(WARN|WARNING)\t|^\s*WARN(ING)?\b/;

export function readLine(logged: string): Read {
  const message = shown(logged);
  const platform = PLATFORM.exec(message);
  if (platform !== null) {
    const [, word = "", request = ""] = platform;
    const report = word === "REPORT" ? { report: textReport(message) } : {};
    return { kind: word.toLowerCase() as LineKind, request, ...report };
  }
  if (message.startsWith("INIT_START")) {
    return { kind: "init" };
  }
  const value = parsed(message);
  if (value !== undefined) {
    return { ...jsonLine(value), json: JSON.stringify(value, null, 2) };
  }
  return { kind: level(message) };
}

function level(message: string): LineKind {
  return ERROR.test(message) ? "error" : WARNING.test(message) ? "warning" : "plain";
}

function parsed(message: string): Record<string, unknown> | unknown[] | undefined {
  const text = message.trim();
  if (!text.startsWith("{") && !text.startsWith("[")) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of functions whose LogFormat is JSON. */
function jsonLine(value: Record<string, unknown> | unknown[]): Read {
  if (Array.isArray(value)) {
    return { kind: "plain" };
  }
  const record = object(value.record);
  const request = record.requestId ?? value.requestId;
  const known = typeof request === "string" ? { request } : {};
  switch (value.type) {
    case "platform.start":
      return { kind: "start", ...known };
    case "platform.runtimeDone":
      return { kind: "end", ...known };
    case "platform.report":
      return { kind: "report", ...known, report: jsonReport(record) };
    case "platform.initStart":
    case "platform.initRuntimeDone":
    case "platform.initReport":
      return { kind: "init" };
    default:
      return { kind: jsonLevel(value), ...known };
  }
}

function jsonLevel(value: Record<string, unknown>): LineKind {
  const told = String(value.level ?? "").toUpperCase();
  if (["ERROR", "FATAL", "CRITICAL"].includes(told) || typeof value.errorType === "string") {
    return "error";
  }
  return told.startsWith("WARN") ? "warning" : "plain";
}

function jsonReport(record: Record<string, unknown>): Report {
  const metrics = object(record.metrics);
  return told({
    durationMs: figure(metrics.durationMs),
    billedMs: figure(metrics.billedDurationMs),
    memoryMb: figure(metrics.memorySizeMB),
    usedMb: figure(metrics.maxMemoryUsedMB),
    initMs: figure(metrics.initDurationMs),
    status: record.status === "success" ? undefined : word(record.status),
    errorType: word(record.errorType),
  });
}

function textReport(message: string): Report {
  const figureOf = (name: string) => {
    const found = new RegExp(`(?:^|\\t)${name}: ([\\d.]+) `).exec(message)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return told({
    durationMs: figureOf("Duration"),
    billedMs: figureOf("Billed Duration"),
    memoryMb: figureOf("Memory Size"),
    usedMb: figureOf("Max Memory Used"),
    initMs: figureOf("Init Duration"),
    status: /\tStatus: (\S+)/.exec(message)?.[1],
    errorType: /\tError Type: (\S+)/.exec(message)?.[1],
  });
}

/** Without what is not known. */
function told(report: { [name in keyof Report]: Report[name] | undefined }): Report {
  return Object.fromEntries(Object.entries(report).filter(([, value]) => value !== undefined)) as Report;
}

const object = (value: unknown) =>
  (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
const figure = (value: unknown) => (typeof value === "number" ? value : undefined);
const word = (value: unknown) => (typeof value === "string" ? value : undefined);
