import { expect, test } from "vitest";
import { added, KEPT_SECONDS, levels, means, rateNow, rates, type Sample } from "./samples";

const at = (time: number, total: number, sum = 0): Sample => ({
  time,
  totals: { total, sum },
  levels: { level: total * 2 },
});

test("a rate is growth by time", () => {
  expect(rates([at(0, 10), at(2, 30), at(3, 30)], "total")).toEqual([
    { time: 2, value: 10 },
    { time: 3, value: 0 },
  ]);
});

test("a total that began anew is no negative rate", () => {
  expect(rates([at(0, 10), at(1, 0)], "total")).toEqual([{ time: 1, value: 0 }]);
});

test("what appears for the first time has not grown", () => {
  const before: Sample = { time: 0, totals: {}, levels: {} };

  expect(rates([before, at(1, 500)], "total")).toEqual([{ time: 1, value: 0 }]);
});

test("a mean is there only where something happened", () => {
  expect(means([at(0, 0, 0), at(1, 2, 30), at(2, 2, 30)], "sum", "total")).toEqual([{ time: 1, value: 15 }]);
});

test("the rate now looks at the last seconds only", () => {
  expect(rateNow([at(0, 0), at(10, 1000), at(11, 1000), at(12, 1000)], "total", 2)).toBe(0);
});

test("levels are shown as they were", () => {
  expect(levels([at(5, 4)], "level")).toEqual([{ time: 5, value: 8 }]);
});

test("old samples go", () => {
  expect(added([at(0, 1)], at(KEPT_SECONDS + 1, 2))).toEqual([at(KEPT_SECONDS + 1, 2)]);
});
