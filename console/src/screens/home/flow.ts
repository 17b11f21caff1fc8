/** The picture of the loop as data: which boxes there are, where they stand and what joins them. Pure. */

import type { MappingStatus, Status } from "../../aws/own";
import { names, rateNow, type Sample } from "../../parts/samples";

export type Health = "flowing" | "resting" | "late" | "failing" | "stopped" | "off";

export interface Box {
  id: string;
  name: string;
  /** Whether changes can be seen: a table's stream is on. */
  streaming: boolean;
  rate: number;
  /** What it came to so far, in words. */
  told: string;
  y: number;
}

export interface Edge {
  mapping: MappingStatus;
  from: Box;
  to: Box;
  rate: number;
  health: Health;
}

export interface Flow {
  tables: Box[];
  /** How many without a trigger are not drawn. */
  more: { tables: number; functions: number };
  functions: Box[];
  edges: Edge[];
  height: number;
}

export const BOX_HEIGHT = 52;
const LATE_SECONDS = 5;
const STILL_SHOWN_MAX = 8;
const ROW = 76;
/** Where there is much to see, more of it is seen at once. */
const CLOSE_ROW = 62;
const CLOSE_FROM = 10;

export function health(mapping: MappingStatus, rate: number): Health {
  if (mapping.state === "Disabled") return "off";
  if (mapping.missing !== null) return "stopped";
  if (mapping.attempts > 0) return "failing";
  if (mapping.pending > 0 && (mapping.lag_seconds ?? 0) > LATE_SECONDS) return "late";
  return rate > 0 || mapping.pending > 0 ? "flowing" : "resting";
}

/** Tables on the left, functions on the right; what is joined stands as near to each other as can be. */
export function flow(tableNames: readonly string[], status: Status, samples: readonly Sample[]): Flow {
  const driving = new Set(status.mappings.map((mapping) => mapping.table));
  const driven = new Set(status.mappings.map((mapping) => mapping.function));
  const most = Math.max(driving.size, driven.size, STILL_SHOWN_MAX);
  const allTables = ordered(tableNames, status, driving);
  const shown = allTables.slice(0, most);
  const height =
    Math.max(shown.length, Math.min(status.functions.length, most)) > CLOSE_FROM ? CLOSE_ROW : ROW;
  const streams = new Map(status.tables.map((table) => [table.name, table]));
  const tables = shown.map((name, row) => {
    const stream = streams.get(name);
    const rate = stream === undefined ? 0 : rateNow(samples, names.changes(stream.arn));
    const told = stream === undefined ? "no stream" : counted(stream.changes, "change");
    return { id: name, name, streaming: stream !== undefined, rate, told, y: row * height };
  });
  const byName = new Map(tables.map((table) => [table.name, table]));
  const firstRow = (name: string) =>
    Math.min(
      ...status.mappings.filter((one) => one.function === name).map((one) => byName.get(one.table)?.y ?? 1e9),
      1e9,
    );
  const functions = [...status.functions]
    .sort((a, b) => firstRow(a.name) - firstRow(b.name) || a.name.localeCompare(b.name))
    .slice(0, most)
    .map((one, row) => ({
      id: one.arn,
      name: one.name,
      streaming: true,
      rate: rateNow(samples, names.invocations(one.arn)),
      told: [counted(one.invocations, "invocation"), one.errors > 0 ? counted(one.errors, "error") : ""]
        .filter(Boolean)
        .join(", "),
      y: row * height,
    }));
  const targets = new Map(functions.map((one) => [one.name, one]));
  const edges = status.mappings.flatMap((mapping) => {
    const [from, to] = [byName.get(mapping.table), targets.get(mapping.function)];
    const rate = rateNow(samples, names.delivered(mapping.uuid));
    return from && to ? [{ mapping, from, to, rate, health: health(mapping, rate) }] : [];
  });
  const more = {
    tables: allTables.length - tables.length,
    functions: status.functions.length - functions.length,
  };
  return { tables, more, functions, edges, height: Math.max(tables.length, functions.length, 1) * height };
}

/** Tables that drive something come first, then those with a stream. */
function ordered(tableNames: readonly string[], status: Status, driving: Set<string>): string[] {
  const streaming = new Set(status.tables.map((table) => table.name));
  const rank = (name: string) => (driving.has(name) ? 0 : streaming.has(name) ? 1 : 2);
  return [...new Set([...tableNames, ...driving])].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

const counted = (number: number, what: string) =>
  `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;

export function perSecond(rate: number): string {
  if (rate === 0) return "";
  return rate < 10 ? `${rate.toFixed(1)}/s` : `${Math.round(rate).toLocaleString("en")}/s`;
}
