import { expect, test } from "vitest";
import type { MappingStatus } from "../../aws/own";
import { discardedOf, rowsOf, standing } from "./standing";

const status = (given: Partial<MappingStatus>) =>
  ({ uuid: "1", missing: null, attempts: 0, pending: 0, discarded: {}, ...given }) as MappingStatus;

test("a mapping without a status yet is listed", () => {
  const rows = rowsOf([{ UUID: "1" }, { UUID: "2" }], [status({ pending: 3 })]);

  expect(rows.map((row) => row.status?.pending)).toEqual([3, undefined]);
});

test("what keeps a trigger from its work is its standing", () => {
  const word = (state: string, given: Partial<MappingStatus>) =>
    standing({ state, status: status(given) })[1];

  expect([
    word("Disabled", { missing: "{}" }),
    word("Enabled", { missing: "{}", attempts: 1 }),
    word("Enabled", { attempts: 1, pending: 1 }),
    word("Enabled", { pending: 1 }),
    word("Enabled", {}),
  ]).toEqual(["Disabled", "Permission missing", "Failing", "Delivering", "Enabled"]);
  expect(discardedOf(status({ discarded: { trimmed: 2, RecordAgeExceeded: 1 } }))).toBe(3);
});
