import { useEffect } from "react";

/** After a failure, put the cursor into the first field that is marked as wrong. */
export function useWrongField(failure: unknown): void {
  useEffect(() => {
    if (failure !== undefined && failure !== null) {
      // Cloudscape's inputs say so themselves; a list's button is found by its field's error.
      document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    }
  }, [failure]);
}
