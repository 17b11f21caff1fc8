/** Rules that hold for every file of the console. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const LINES_MAX = 300;
const DRAWERS = /^(utils?|helpers?|common|misc|manager)\b/;

const ROOT = join(process.cwd(), "src");
const FILES = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ name: relative(ROOT, path), text: readFileSync(path, "utf-8") }));

const namesOf = (files: typeof FILES) => files.map(({ name }) => name);
/** Whether a file imports what fits; templates are code that is shown, not run. */
const importing = (pattern: RegExp) => (text: string) =>
  [...text.replace(/`[^`]*`/g, "").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].some(([, from = ""]) =>
    pattern.test(from),
  );

test("no file is long", () => {
  const long = FILES.filter(({ text }) => text.split("\n").length > LINES_MAX + 1);

  expect(namesOf(long)).toEqual([]);
});

test("no file is a drawer for whatever comes", () => {
  const drawers = FILES.filter(({ name }) => name.split("/").some((part) => DRAWERS.test(part)));

  expect(namesOf(drawers)).toEqual([]);
});

test("only src/aws speaks to the server", () => {
  const outside = FILES.filter(({ name }) => !name.startsWith("aws/"));
  const speaks = importing(/^@(aws-sdk|aws-crypto|smithy)\//);

  expect(namesOf(outside.filter(({ text }) => speaks(text)))).toEqual([]);
});

test("what is shared knows no screen", () => {
  const shared = FILES.filter(({ name }) => /^(aws|parts|shell)\//.test(name));
  const screen = importing(/\/screens\//);

  expect(namesOf(shared.filter(({ text }) => screen(text)))).toEqual([]);
});

test("src/aws draws nothing", () => {
  const aws = FILES.filter(({ name }) => name.startsWith("aws/"));
  const draws = importing(/^(react|@cloudscape-design|@tanstack|\.\.\/(parts|shell))/);

  expect(namesOf(aws.filter(({ text }) => draws(text)))).toEqual([]);
});

test("every address comes from paths.ts, so that the console works below any prefix", () => {
  const byHand = /href=(?:\{?["'`])(?:\/|#\/)|(?:navigate|go)\(["'`]#?\//;
  const written = FILES.filter(({ name, text }) => !/\.test\.|^paths\.ts/.test(name) && byHand.test(text));

  expect(namesOf(written)).toEqual([]);
});
