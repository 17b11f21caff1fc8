import { expect, test } from "vitest";
import { compareSequences, earlier, startOfNewest } from "./sequence";

const FIRST = 1_763_886_945_123_000_000_001n;

async function start(records: bigint, wanted: number) {
  let asked = 0;
  const last = FIRST + records - 1n;
  const found = await startOfNewest(String(FIRST), wanted, async (sequence) => {
    asked += 1;
    return BigInt(sequence) <= last;
  });
  return { read: Number(last - BigInt(found) + 1n), asked, found };
}

test("numbers that a double cannot tell apart are in order", () => {
  const [one, other] = [String(FIRST), String(FIRST + 1n)];

  expect([compareSequences(one, other), compareSequences(other, one), compareSequences(one, one)]).toEqual([
    -1, 1, 0,
  ]);
  expect(compareSequences("999", "1000")).toBe(-1);
});

test("going back ends at the oldest record", () => {
  expect([earlier("1000", 10, "100"), earlier("105", 10, "100")]).toEqual(["990", "100"]);
});

test("a short shard is read from its oldest record", async () => {
  expect(await start(150n, 200)).toEqual({ read: 150, asked: 1, found: String(FIRST) });
});

test.each([1_000n, 54_321n, 10_000_000n])(
  "of %i records the newest are found without reading the others",
  async (records) => {
    const { read, asked } = await start(records, 200);

    expect(read).toBeGreaterThanOrEqual(200);
    expect(read).toBeLessThanOrEqual(260);
    expect(asked).toBeLessThan(50);
  },
);
