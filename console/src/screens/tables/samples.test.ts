import { expect, test } from "vitest";
import type { MappingStatus, Status } from "../../aws/own";
import { changeRates, deliveryRates, pushed, type Sample, sampleOf, triggerLines } from "./samples";

const ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/orders";

const sample = (at: number, changes: number, delivered = 0): Sample => ({
  at,
  changes,
  triggers: [{ uuid: "u", function: "ship", delivered, pending: 2, lag: 0.5 }],
});

test("a sample holds the table's changes and the triggers of its streams alone", () => {
  const mapping = (table: string) =>
    ({ uuid: table, stream_arn: `${ARN.replace("orders", table)}/stream/1`, function: "f" }) as MappingStatus;
  const status = {
    mappings: [mapping("orders"), mapping("orders-archive")],
    tables: [{ arn: ARN, changes: 7 }],
  } as Status;

  const taken = sampleOf(status, ARN, 1000);

  expect(taken.changes).toBe(7);
  expect(taken.triggers.map(({ uuid }) => uuid)).toEqual(["orders"]);
});

test("rates are counted from one sample to the next", () => {
  const ring = [sample(1000, 10), sample(3000, 20), sample(4000, 20)];

  expect(changeRates(ring).map(({ y }) => y)).toEqual([5, 0]);
});

test("a count that begins anew with the server is no negative rate", () => {
  expect(changeRates([sample(1000, 10), sample(2000, 3)]).map(({ y }) => y)).toEqual([0]);
});

test("a trigger has a line of what it was given a second, and of its lag", () => {
  const ring = [sample(1000, 0, 1), sample(2000, 0, 4)];

  expect(deliveryRates(ring)).toMatchObject([{ title: "ship", points: [{ y: 3 }] }]);
  expect(triggerLines(ring, ({ lag }) => lag)[0]?.points.map(({ y }) => y)).toEqual([0.5, 0.5]);
});

test("old samples make room for new ones", () => {
  let ring: Sample[] = [];
  for (let at = 0; at < 400; at += 1) {
    ring = pushed(ring, sample(at, at));
  }

  expect(ring.length).toBe(300);
  expect(ring[0]?.at).toBe(100);
});
