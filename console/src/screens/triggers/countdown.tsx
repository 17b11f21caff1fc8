import { useState } from "react";
import { duration } from "../../parts/format";
import { useNow } from "./use-now";

/** When the next try is, going down. `seconds` is what the server said last. */
export function Countdown({ seconds }: { seconds: number }) {
  const [told, setTold] = useState({ seconds, at: Date.now() });
  if (told.seconds !== seconds) {
    setTold({ seconds, at: Date.now() });
  }
  const left = Math.max(0, seconds - useNow(0, told.at, seconds > 0));
  return <>{left === 0 ? "next now" : `next in ${duration(Math.round(left * 10) / 10)}`}</>;
}
