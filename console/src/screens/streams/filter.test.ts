import { expect, test } from "vitest";
import type { Change } from "../../aws/streams";
import { ALL, neighbour, wantedOnly } from "./filter";

const change = (sequence: string, key: string, event: Change["event"], expired = false): Change => ({
  shard: `shard-${sequence}`,
  sequence,
  id: "",
  event,
  version: "",
  source: "",
  region: "",
  time: 0,
  keys: { id: { S: key } },
  bytes: 1,
  view: "",
  by: expired ? { type: "Service", principalId: "dynamodb.amazonaws.com" } : undefined,
});

const all = [change("3", "Ada", "REMOVE", true), change("2", "Bob", "REMOVE"), change("1", "Ada", "INSERT")];
const listed = (wanted: Partial<typeof ALL>) =>
  wantedOnly(all, { ...ALL, ...wanted }).map(({ sequence }) => sequence);

test("changes are chosen by event, key text and shard, and by all of these", () => {
  expect(listed({})).toEqual(["3", "2", "1"]);
  expect(listed({ event: "REMOVE" })).toEqual(["3", "2"]);
  expect(listed({ event: "TTL" })).toEqual(["3"]);
  expect(listed({ key: "ada" })).toEqual(["3", "1"]);
  expect(listed({ shard: "shard-2" })).toEqual(["2"]);
  expect(listed({ event: "REMOVE", key: "a" })).toEqual(["3"]);
});

test("the neighbour of the last change is itself, and of none the first", () => {
  expect(neighbour(all, "1", 1)?.sequence).toBe("1");
  expect(neighbour(all, "3", 1)?.sequence).toBe("2");
  expect(neighbour(all, "2", -1)?.sequence).toBe("3");
  expect(neighbour(all, undefined, 1)?.sequence).toBe("3");
});
