import { expect, test } from "vitest";
import { bounded } from "./bounded";

test("no more calls run at a time than the bound says, and all are answered", async () => {
  const inTurn = bounded(3);
  let running = 0;
  let most = 0;
  const call = (value: number) => async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    await Promise.resolve();
    running -= 1;
    return value;
  };

  const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((value) => inTurn(call(value))));

  expect(answers).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test("a call that fails gives its turn to the next", async () => {
  const inTurn = bounded(1);

  const failing = inTurn(() => Promise.reject(new Error("no")));

  await expect(failing).rejects.toThrow("no");
  await expect(inTurn(async () => "next")).resolves.toBe("next");
});
