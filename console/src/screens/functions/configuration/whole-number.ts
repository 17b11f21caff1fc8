/** What is wrong with text that should be a whole number; how large it may be is the server's affair. */
export const wholeNumber = (text: string): string | undefined =>
  /^-?\d+$/.test(text.trim()) ? undefined : "Give a whole number.";
