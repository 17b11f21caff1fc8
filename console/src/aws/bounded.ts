/** Lets at most `limit` calls run at a time; the others wait their turn, first come first served. */
export function bounded(limit: number): <T>(call: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  const enter = async () => {
    if (running >= limit) {
      await new Promise<void>((admit) => waiting.push(admit));
    } else {
      running += 1;
    }
  };
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) {
      running -= 1;
    } else {
      next();
    }
  };
  return async (call) => {
    await enter();
    try {
      return await call();
    } finally {
      leave();
    }
  };
}
