import { expect, test } from "vitest";
import type { MappingStatus, Status } from "../../aws/own";
import { flow, health, perSecond } from "./flow";

const mapping = (given: Partial<MappingStatus>): MappingStatus => ({
  uuid: "1",
  table: "Plays",
  stream_arn: "stream",
  function: "badges",
  role: "role",
  state: "Enabled",
  last_result: "OK",
  missing: null,
  delivered: 0,
  filtered: 0,
  pending: 0,
  discarded: {},
  records: 0,
  destination: null,
  told: { delivered: 0, failed: 0, error: null },
  metrics: {},
  lag_seconds: 0,
  attempts: 0,
  retry_in_seconds: null,
  last_error: null,
  shards: [],
  past: { records: 0, delivered: 0, filtered: 0, discarded: {} },
  ...given,
});

const table = (name: string) => ({ name, arn: `arn:${name}`, stream_arn: "s", changes: 0 });

const fn = (name: string) => ({
  name,
  arn: `arn:${name}`,
  invocations: 0,
  errors: 0,
  throttles: 0,
  duration_ms_total: 0,
  events: { waiting: 0, retries: 0, dropped: 0, loops: 0, delivered: 0, undelivered: 0 },
  running: 0,
  environments: 0,
});

const status = (given: Partial<Status>): Status => ({
  version: "1",
  now: 0,
  uptime_seconds: 0,
  mappings: [],
  tables: [],
  functions: [],
  ...given,
});

test("tables that drive functions stand above those that do not", () => {
  const drawn = flow(
    ["A", "B", "Plays"],
    status({
      tables: [table("B"), table("Plays")],
      functions: [fn("alone"), fn("badges")],
      mappings: [mapping({})],
    }),
    [],
  );

  expect(drawn.tables.map((box) => box.name)).toEqual(["Plays", "B", "A"]);
  expect(drawn.functions.map((box) => box.name)).toEqual(["badges", "alone"]);
  expect(drawn.edges.map((edge) => [edge.from.name, edge.to.name])).toEqual([["Plays", "badges"]]);
});

test("a trigger of a function that is gone is not drawn", () => {
  expect(flow(["Plays"], status({ tables: [table("Plays")], mappings: [mapping({})] }), []).edges).toEqual(
    [],
  );
});

test("what keeps a trigger decides its colour", () => {
  expect(
    [
      mapping({ state: "Disabled" }),
      mapping({ missing: "{}" }),
      mapping({ attempts: 2, pending: 4 }),
      mapping({ pending: 4, lag_seconds: 60 }),
      mapping({ pending: 4, lag_seconds: 0.1 }),
      mapping({}),
    ].map((one) => health(one, 0)),
  ).toEqual(["off", "stopped", "failing", "late", "flowing", "resting"]);
});

test("no rate is not told as nought", () => {
  expect([perSecond(0), perSecond(0.25), perSecond(1234)]).toEqual(["", "0.3/s", "1,234/s"]);
});

test("of many tables that drive nothing a few are drawn", () => {
  const many = Array.from({ length: 300 }, (_, number) => `table-${number}`);
  const drawn = flow(
    ["Plays", ...many],
    status({ tables: [table("Plays")], functions: [fn("badges")], mappings: [mapping({})] }),
    [],
  );

  expect(drawn.tables[0]?.name).toBe("Plays");
  expect([drawn.tables.length, drawn.more]).toEqual([8, { tables: 293, functions: 0 }]);
});
