/** A field that is marked as wrong, or an editor within what is. */
export const WRONG = '[aria-invalid="true"], [data-wrong] [contenteditable]';

/** Put the cursor into the first field that has an error, once that is shown. */
export function focusFirstWrong(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>(WRONG)?.focus());
}
