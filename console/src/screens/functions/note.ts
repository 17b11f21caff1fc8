/** The server adds to a description that another Python than asked for runs the function: `[millrace: …]`. */

const NOTE = /\s*\[millrace: ([^\]]*)\]$/;

export function splitDescription(description: string | undefined): { own: string; note: string | undefined } {
  const text = description ?? "";
  return { own: text.replace(NOTE, ""), note: NOTE.exec(text)?.[1] };
}
