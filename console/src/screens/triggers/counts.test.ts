import { expect, test } from "vitest";
import type { MappingStatus } from "../../aws/own";
import { attempts, parts, records, total } from "./counts";

test("what became of the records adds up to all of them, each reason for itself", () => {
  const status = {
    delivered: 5,
    filtered: 2,
    discarded: { trimmed: 1, RecordAgeExceeded: 3 },
    pending: 4,
  } as Partial<MappingStatus> as MappingStatus;

  expect(total(parts(status))).toBe(15);
  expect(parts(status).map(({ words }) => words)).toEqual([
    "Delivered",
    "Filtered",
    "Discarded: trimmed",
    "Discarded: RecordAgeExceeded",
    "Pending",
  ]);
});

test("one is not many", () => {
  expect([attempts(1), attempts(2), records(1), records(1500)]).toEqual([
    "1 attempt",
    "2 attempts",
    "1 record",
    "1,500 records",
  ]);
});
