import { type RefObject, useEffect, useRef } from "react";

/** What is marked as wrong; of an editor that is, where one types. */
const WRONG = '[aria-invalid="true"], [data-wrong] [contenteditable]';

/** Fields whose upper edges are nearer than this stand beside one another. */
const SAME_LINE_PX = 16;

/** Put the cursor into the first wrong field: where one types, rather than a choice beside it. */
export function focusFirstWrong(place: HTMLElement | null): void {
  const wrong = [...(place?.querySelectorAll<HTMLElement>(WRONG) ?? [])];
  const first = wrong[0];
  if (first !== undefined) {
    const line = wrong.filter((field) => Math.abs(topOf(field) - topOf(first)) < SAME_LINE_PX);
    (line.find((field) => field.matches("input, textarea")) ?? first).focus();
  }
}

const topOf = (field: HTMLElement) => field.getBoundingClientRect().top;

/**
 * For the form that the answer refers to: each time `wrong` becomes another thing that is not undefined, the cursor
 * goes to the first wrong field. Once for each failure: who types elsewhere meanwhile is left alone.
 */
export function useFocusWrong<Place extends HTMLElement = HTMLFormElement>(
  wrong: unknown,
): RefObject<Place | null> {
  const place = useRef<Place>(null);
  useEffect(() => {
    if (wrong !== undefined) {
      focusFirstWrong(place.current);
    }
  }, [wrong]);
  return place;
}
