import { useEffect, useState } from "react";

/**
 * The server's time in epoch seconds, moving on by itself: counted from `told`, the server's time at `at` (epoch
 * milliseconds of this machine). Its clock can be another than ours, and be moved.
 */
export function useNow(told: number, at: number, moving: boolean, everyMs = 100): number {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!moving) {
      return undefined;
    }
    const timer = setInterval(() => tick((count) => count + 1), everyMs);
    return () => clearInterval(timer);
  }, [moving, everyMs]);
  return told + (Date.now() - at) / 1000;
}
