import { type RefObject, useEffect, useRef } from "react";
import type { Failure } from "../../aws/failure";

/** Puts the cursor into the first field that was refused, whenever a failure comes back. */
export function useFocusWrong(failure: Failure | undefined): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (failure !== undefined) {
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    }
  }, [failure]);
  return form;
}
