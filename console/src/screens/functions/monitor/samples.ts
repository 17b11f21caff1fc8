/** A function's figures over time, from what the server says of it again and again. */

import type { FunctionStatus } from "../../../aws/own";

export interface Sample {
  /** Epoch seconds. */
  time: number;
  status: FunctionStatus;
}

export interface Point {
  time: Date;
  invocations: number;
  errors: number;
  /** Mean, of the invocations since the point before; nothing when there were none. */
  duration?: number;
  running: number;
  environments: number;
}

export const SAMPLES_MAX = 300;

export function added(samples: readonly Sample[], sample: Sample): Sample[] {
  return [...samples, sample].slice(-SAMPLES_MAX);
}

/** What happened between each two samples. A server that began anew counts from nothing. */
export function pointsOf(samples: readonly Sample[]): Point[] {
  return samples.slice(1).map(({ time, status }, index) => {
    const before = samples[index]?.status;
    const since = (now: number, then: number | undefined) =>
      then === undefined || now < then ? now : now - then;
    const invocations = since(status.invocations, before?.invocations);
    const spent = since(status.duration_ms_total, before?.duration_ms_total);
    return {
      time: new Date(time * 1000),
      invocations,
      errors: since(status.errors, before?.errors),
      ...(invocations > 0 ? { duration: spent / invocations } : {}),
      running: status.running,
      environments: status.environments,
    };
  });
}
