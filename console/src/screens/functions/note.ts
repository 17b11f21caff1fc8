/** What the server says beside a function's state of the program it runs on here: `[millrace: …]`. */

const NOTE = /^\[millrace: (.*)\]$/;

export function runtimeNote(stateReason: string | undefined): string | undefined {
  return NOTE.exec(stateReason ?? "")?.[1];
}
