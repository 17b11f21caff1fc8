import { expect, test } from "vitest";
import type { StreamShard } from "../../aws/shards";
import { openOf, percent, shardRows } from "./shard-rows";

const shard = (id: string, last?: string) => ({ id, parent: undefined, first: "1", last });
const told = (id: string) => ({ shard: id, records: 3 }) as StreamShard;

test("shards are shown newest first, each with what is told of it", () => {
  const rows = shardRows([shard("a", "9"), shard("b"), shard("c")], [told("b"), told("a")]);

  expect(rows.map(({ id, told }) => [id, told?.records])).toEqual([
    ["c", undefined],
    ["b", 3],
    ["a", 3],
  ]);
  expect(openOf(rows)).toBe("2 open of 3");
});

test("a share is told in percent, small ones too", () => {
  expect([1, 0.5, 0.125, 0.00390625].map(percent)).toEqual(["100%", "50%", "12.5%", "0.4%"]);
});
