/** Put the cursor into the first field that is wrong: where one types, rather than a choice beside it. */
export function focusWrongField(place: HTMLElement | null): void {
  const wrong = [...(place?.querySelectorAll<HTMLElement>('[aria-invalid="true"]') ?? [])];
  const typed = wrong.find((field) => field.matches("input, textarea"));
  (typed ?? wrong[0])?.focus();
}
