/** What of the drafts cannot be an item, to be told beside the attribute. Meaning is the server's to judge. */

import { canonicalNumber, fromBase64, isNumber } from "../../aws/attributes";
import type { Draft } from "./draft";

interface Problem {
  name?: string;
  value?: string;
}

export type Problems = ReadonlyMap<number, Problem>;

export function problemsOf(drafts: Draft[], keys: string[]): Problems {
  const found = new Map<number, Problem>();
  collect(drafts, true, keys, found);
  return found;
}

function collect(drafts: Draft[], named: boolean, keys: string[], found: Map<number, Problem>): void {
  const seen = new Set<string>();
  for (const draft of drafts) {
    const name = named ? nameProblem(draft, seen) : undefined;
    const value = valueProblem(draft) ?? (keys.includes(draft.name) ? keyProblem(draft) : undefined);
    if (name !== undefined || value !== undefined) {
      found.set(draft.id, { name, value });
    }
    seen.add(draft.name);
    if (draft.type === "M" || draft.type === "L") {
      collect(draft.children, draft.type === "M", [], found);
    }
  }
}

function nameProblem(draft: Draft, seen: Set<string>): string | undefined {
  if (draft.name === "") {
    return "Enter an attribute name.";
  }
  return seen.has(draft.name) ? `There is already an attribute called ${draft.name} here.` : undefined;
}

function keyProblem(draft: Draft): string | undefined {
  const empty = (draft.type === "S" || draft.type === "B") && draft.text === "";
  return empty ? "A key attribute must not be empty." : undefined;
}

function valueProblem(draft: Draft): string | undefined {
  switch (draft.type) {
    case "N":
      return numberProblem(draft.text);
    case "B":
      return binaryProblem(draft.text);
    case "SS":
      return setProblem(draft, () => undefined, String);
    case "NS":
      return setProblem(draft, numberProblem, canonicalNumber);
    case "BS":
      return setProblem(draft, binaryProblem, (text) => text.replace(/[\s=]/g, ""));
    default:
      return undefined;
  }
}

function numberProblem(text: string): string | undefined {
  if (text === "") {
    return "Enter a number.";
  }
  return isNumber(text) ? undefined : `${text} is not a number.`;
}

const binaryProblem = (text: string) =>
  fromBase64(text) === undefined ? "Binary values are written in base64, and this is not." : undefined;

function setProblem(
  draft: Draft,
  ofMember: (text: string) => string | undefined,
  canon: (text: string) => string,
): string | undefined {
  if (draft.members.length === 0) {
    return "A set has at least one member.";
  }
  const seen = new Set<string>();
  for (const { text } of draft.members) {
    const problem = ofMember(text);
    if (problem !== undefined) {
      return problem;
    }
    if (seen.has(canon(text))) {
      return `${text === "" ? "The empty text" : text} is in this set twice.`;
    }
    seen.add(canon(text));
  }
  return undefined;
}
