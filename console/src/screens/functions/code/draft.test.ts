import { beforeEach, expect, test } from "vitest";
import { apply, type Draft, keepDraft, readDraft, remaining, renamed, withoutFile, withText } from "./draft";
import { bytesOf, type PackageFile, textOf } from "./package";

const file = (path: string, text: string): PackageFile => ({ path, bytes: bytesOf(text) });
const files = [file("a.py", "one"), file("b.py", "two")];
const shown = (changes: Draft["changes"]) =>
  Object.fromEntries(apply(files, changes).map(({ path, bytes }) => [path, textOf(bytes)]));

beforeEach(() => sessionStorage.clear());

test("a changed text is shown, and the deployed text is no change", () => {
  const changed = withText(files, {}, "a.py", "three");
  expect(shown(changed)).toEqual({ "a.py": "three", "b.py": "two" });
  expect(withText(files, changed, "a.py", "one")).toEqual({});
});

test("a new file that is deleted leaves nothing behind", () => {
  expect(withoutFile(files, withText(files, {}, "c.py", ""), "c.py")).toEqual({});
});

test("a deleted file is gone", () => {
  expect(shown(withoutFile(files, {}, "a.py"))).toEqual({ "b.py": "two" });
});

test("a renamed file keeps its content, and its changes", () => {
  expect(shown(renamed(files, {}, "a.py", "z.py"))).toEqual({ "b.py": "two", "z.py": "one" });
  const changed = withText(files, {}, "a.py", "three");
  expect(shown(renamed(files, changed, "a.py", "z.py"))).toEqual({ "b.py": "two", "z.py": "three" });
});

test("a file that is renamed back is as it was", () => {
  expect(renamed(files, renamed(files, {}, "a.py", "z.py"), "z.py", "a.py")).toEqual({});
});

test("what was typed during a deployment is left to be deployed", () => {
  const sent = withText(files, {}, "a.py", "three");
  const now = withText(files, withText(files, sent, "b.py", "four"), "a.py", "five");
  expect(Object.keys(remaining(sent, sent))).toEqual([]);
  expect(Object.keys(remaining(now, sent)).sort()).toEqual(["a.py", "b.py"]);
});

test("a draft is kept by region and function until it has no changes", () => {
  keepDraft("us-east-1", "f", { base: "sha", changes: { "a.py": null } });
  expect(readDraft("us-east-1", "f")?.changes).toEqual({ "a.py": null });
  expect(readDraft("eu-west-1", "f")).toBeUndefined();
  keepDraft("us-east-1", "f", { base: "sha", changes: {} });
  expect(readDraft("us-east-1", "f")).toBeUndefined();
});
