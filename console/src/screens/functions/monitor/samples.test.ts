import { expect, test } from "vitest";
import type { FunctionStatus } from "../../../aws/own";
import { added, pointsOf, SAMPLES_MAX, type Sample } from "./samples";

const sample = (time: number, part: Partial<FunctionStatus>): Sample => ({
  time,
  status: {
    name: "f",
    arn: "arn",
    invocations: 0,
    errors: 0,
    throttles: 0,
    duration_ms_total: 0,
    running: 0,
    environments: 0,
    ...part,
  },
});

test("points tell what happened between samples", () => {
  const points = pointsOf([
    sample(1, { invocations: 10, errors: 1, duration_ms_total: 100 }),
    sample(3, { invocations: 14, errors: 2, duration_ms_total: 180, environments: 2 }),
    sample(5, { invocations: 14, errors: 2, duration_ms_total: 180 }),
  ]);
  expect(points[0]).toMatchObject({ invocations: 4, errors: 1, duration: 20, environments: 2 });
  expect(points[1]).toMatchObject({ invocations: 0, errors: 0 });
  expect(points[1]).not.toHaveProperty("duration");
});

test("a server that began anew counts from nothing", () => {
  expect(pointsOf([sample(1, { invocations: 10 }), sample(2, { invocations: 3 })])[0]?.invocations).toBe(3);
});

test("old samples are dropped", () => {
  let samples: Sample[] = [];
  for (let time = 0; time <= SAMPLES_MAX; time += 1) {
    samples = added(samples, sample(time, {}));
  }
  expect([samples.length, samples[0]?.time]).toEqual([SAMPLES_MAX, 1]);
});
