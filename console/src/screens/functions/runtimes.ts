/** The runtimes that functions are made for here, and how a function of each family begins. Pure. */

import type { Runtime } from "../../aws/functions";

export type Family = "python" | "nodejs" | "provided";

export const RUNTIMES: { value: Runtime; label: string }[] = [
  { value: "python3.14", label: "Python 3.14" },
  { value: "python3.13", label: "Python 3.13" },
  { value: "python3.12", label: "Python 3.12" },
  { value: "python3.11", label: "Python 3.11" },
  { value: "nodejs24.x", label: "Node.js 24.x" },
  { value: "nodejs22.x", label: "Node.js 22.x" },
  { value: "nodejs20.x", label: "Node.js 20.x" },
  { value: "provided.al2023", label: "Amazon Linux 2023: a program of your own" },
  { value: "provided.al2", label: "Amazon Linux 2: a program of your own" },
];

/** Where the code of a new function is, what of it is called, and what Handler means. */
export interface Start {
  file: string;
  handler: string;
  hint: string;
  language: "python" | "javascript" | "text";
  /** What is chosen with a blueprint of the family. */
  runtime: Runtime;
}

export const STARTS: Record<Family, Start> = {
  python: {
    file: "lambda_function.py",
    handler: "lambda_function.lambda_handler",
    hint: "The module and the function in it, with a dot between: lambda_function.lambda_handler.",
    language: "python",
    runtime: "python3.13",
  },
  nodejs: {
    file: "index.mjs",
    handler: "index.handler",
    hint: "The file without its ending and what it exports, with a dot between: index.handler.",
    language: "javascript",
    runtime: "nodejs22.x",
  },
  provided: {
    file: "bootstrap",
    handler: "bootstrap",
    hint: "The program bootstrap runs, whatever this says; it finds it in the variable _HANDLER.",
    language: "text",
    runtime: "provided.al2023",
  },
};

/** Of a runtime that is none of these, such as java21, nothing is known. */
export function familyOf(runtime: string): Family | undefined {
  const family = /^[a-z]+/.exec(runtime)?.[0];
  return family === "python" || family === "nodejs" || family === "provided" ? family : undefined;
}

export const startOf = (runtime: string): Start => STARTS[familyOf(runtime) ?? "python"];

/** The choices, and the one that is there if it is none of them. */
export const withRuntime = (there: Runtime): { value: Runtime; label: string }[] =>
  RUNTIMES.some(({ value }) => value === there) ? RUNTIMES : [...RUNTIMES, { value: there, label: there }];
