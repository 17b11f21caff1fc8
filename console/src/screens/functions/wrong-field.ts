import { useEffect } from "react";
import { WRONG } from "../../parts/first-wrong";

/**
 * After a failure, put the cursor into the first field that is marked as wrong. Once for each failure: who types
 * elsewhere meanwhile is left alone.
 */
export function useWrongField(failure: unknown): void {
  const told = failure === undefined || failure === null ? "" : JSON.stringify(failure);
  useEffect(() => {
    if (told !== "") {
      document.querySelector<HTMLElement>(WRONG)?.focus();
    }
  }, [told]);
}
