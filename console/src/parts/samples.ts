/** What the server's running totals were over the last minutes, so that rates and lags can be drawn. Pure. */

import type { Status } from "../aws/own";

export const KEPT_SECONDS = 300;

/** Running totals (they only grow) and levels (they go up and down) at one moment, by name. */
export interface Sample {
  time: number;
  totals: Record<string, number>;
  levels: Record<string, number>;
}

export interface Point {
  time: number;
  value: number;
}

export const names = {
  changes: (tableArn: string) => `changes ${tableArn}`,
  delivered: (mapping: string) => `delivered ${mapping}`,
  invocations: (functionArn: string) => `invocations ${functionArn}`,
  errors: (functionArn: string) => `errors ${functionArn}`,
  durationMs: (functionArn: string) => `duration ${functionArn}`,
  lag: (mapping: string) => `lag ${mapping}`,
  pending: (mapping: string) => `pending ${mapping}`,
  running: (functionArn: string) => `running ${functionArn}`,
  environments: (functionArn: string) => `environments ${functionArn}`,
  allChanges: "changes",
  allDelivered: "delivered",
  allPending: "pending",
};

export function sample(status: Status): Sample {
  const totals: Record<string, number> = { [names.allChanges]: 0, [names.allDelivered]: 0 };
  const levels: Record<string, number> = { [names.allPending]: 0 };
  for (const table of status.tables) {
    totals[names.changes(table.arn)] = table.changes;
    totals[names.allChanges] = (totals[names.allChanges] ?? 0) + table.changes;
  }
  for (const mapping of status.mappings) {
    totals[names.delivered(mapping.uuid)] = mapping.delivered;
    totals[names.allDelivered] = (totals[names.allDelivered] ?? 0) + mapping.delivered;
    levels[names.lag(mapping.uuid)] = mapping.lag_seconds ?? 0;
    levels[names.pending(mapping.uuid)] = mapping.pending;
    levels[names.allPending] = (levels[names.allPending] ?? 0) + mapping.pending;
  }
  for (const one of status.functions) {
    totals[names.invocations(one.arn)] = one.invocations;
    totals[names.errors(one.arn)] = one.errors;
    totals[names.durationMs(one.arn)] = one.duration_ms_total;
    levels[names.running(one.arn)] = one.running;
    levels[names.environments(one.arn)] = one.environments;
  }
  return { time: Date.now() / 1000, totals, levels };
}

export function added(samples: readonly Sample[], next: Sample): readonly Sample[] {
  return [...samples.filter((kept) => kept.time > next.time - KEPT_SECONDS), next];
}

/** How much a total grew per second between neighbouring samples. A total that fell began anew: that is no rate. */
export function rates(samples: readonly Sample[], name: string): Point[] {
  const points: Point[] = [];
  for (let i = 1; i < samples.length; i += 1) {
    const [before, after] = [samples[i - 1] as Sample, samples[i] as Sample];
    const grown = (after.totals[name] ?? 0) - (before.totals[name] ?? after.totals[name] ?? 0);
    points.push({ time: after.time, value: Math.max(0, grown) / Math.max(0.001, after.time - before.time) });
  }
  return points;
}

/** The mean of one total's growth over another's, for instance milliseconds per invocation; nothing where none grew. */
export function means(samples: readonly Sample[], sum: string, times: string): Point[] {
  const points: Point[] = [];
  for (let i = 1; i < samples.length; i += 1) {
    const [before, after] = [samples[i - 1] as Sample, samples[i] as Sample];
    const grown = (after.totals[times] ?? 0) - (before.totals[times] ?? 0);
    if (grown > 0) {
      points.push({
        time: after.time,
        value: Math.max(0, (after.totals[sum] ?? 0) - (before.totals[sum] ?? 0)) / grown,
      });
    }
  }
  return points;
}

export const levels = (samples: readonly Sample[], name: string): Point[] =>
  samples.map((kept) => ({ time: kept.time, value: kept.levels[name] ?? 0 }));

/** Growth per second over the last few seconds. */
export function rateNow(samples: readonly Sample[], name: string, seconds = 3): number {
  const last = samples.at(-1);
  const first = last && samples.find((kept) => kept.time >= last.time - seconds);
  if (first === undefined || last === undefined || first === last) {
    return 0;
  }
  const grown = (last.totals[name] ?? 0) - (first.totals[name] ?? last.totals[name] ?? 0);
  return Math.max(0, grown) / (last.time - first.time);
}
