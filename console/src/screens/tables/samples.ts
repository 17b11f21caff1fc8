/** What a table and its triggers did, as samples of millrace's status, one after the other. */

import type { Status } from "../../aws/own";

export interface TriggerSample {
  uuid: string;
  function: string;
  delivered: number;
  pending: number;
  lag: number;
}

export interface Sample {
  /** Milliseconds since the epoch, by this machine's clock: the server's may be moved. */
  at: number;
  changes: number;
  triggers: TriggerSample[];
}

export interface Point {
  x: Date;
  y: number;
}

export interface Line {
  title: string;
  points: Point[];
}

/** Five minutes of a sample each second. */
const KEPT = 300;

export function sampleOf(status: Status, tableArn: string, at: number): Sample {
  const mine = (status.mappings ?? []).filter(({ stream_arn }) =>
    stream_arn.startsWith(`${tableArn}/stream/`),
  );
  return {
    at,
    changes: (status.tables ?? []).find(({ arn }) => arn === tableArn)?.changes ?? 0,
    triggers: mine.map((one) => ({
      uuid: one.uuid,
      function: one.function,
      delivered: one.delivered,
      pending: one.pending,
      lag: one.lag_seconds,
    })),
  };
}

/** `ring` with one sample more, without those that are too old. */
export const pushed = (ring: Sample[], sample: Sample): Sample[] => [...ring, sample].slice(-KEPT);

/** Changes a second between each sample and the one before it. */
export const changeRates = (ring: Sample[]): Point[] => rates(ring, ({ changes }) => changes);

/** A line for each trigger of the latest sample, of what `read` tells of it. */
export function triggerLines(ring: Sample[], read: (trigger: TriggerSample) => number): Line[] {
  return latestTriggers(ring).map(({ uuid, function: title }) => ({
    title,
    points: ring.flatMap((sample) => {
      const trigger = sample.triggers.find((one) => one.uuid === uuid);
      return trigger === undefined ? [] : [{ x: new Date(sample.at), y: read(trigger) }];
    }),
  }));
}

/** Records that each trigger was given a second. */
export function deliveryRates(ring: Sample[]): Line[] {
  return latestTriggers(ring).map(({ uuid, function: title }) => ({
    title,
    points: rates(ring, ({ triggers }) => triggers.find((one) => one.uuid === uuid)?.delivered),
  }));
}

const latestTriggers = (ring: Sample[]): TriggerSample[] => ring[ring.length - 1]?.triggers ?? [];

/** Counts begin anew with the server: a count that falls is taken for one that stood still. */
function rates(ring: Sample[], count: (sample: Sample) => number | undefined): Point[] {
  return ring.slice(1).flatMap((sample, place) => {
    const before = ring[place];
    const now = count(sample);
    const then = before === undefined ? undefined : count(before);
    if (before === undefined || now === undefined || then === undefined || sample.at <= before.at) {
      return [];
    }
    const rate = (Math.max(0, now - then) * 1000) / (sample.at - before.at);
    return [{ x: new Date(sample.at), y: Math.round(rate * 10) / 10 }];
  });
}
