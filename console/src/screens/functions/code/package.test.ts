import { expect, test } from "vitest";
import { bytesOf, filesOf, pathTrouble, textOf, zipOf } from "./package";

test("a package holds the files that it was made of", () => {
  const files = [
    { path: "lambda_function.py", bytes: bytesOf("x = 'é'\n") },
    { path: "package/data.bin", bytes: new Uint8Array([0, 255, 1]) },
  ];
  expect(filesOf(zipOf(files)).map(({ path, bytes }) => [path, [...bytes]])).toEqual(
    files.map(({ path, bytes }) => [path, [...bytes]]),
  );
});

test("the same files make the same package", () => {
  const files = [{ path: "a.py", bytes: bytesOf("pass\n") }];
  expect([...zipOf(files)]).toEqual([...zipOf(files)]);
});

test("bytes that are no text are told apart", () => {
  expect(textOf(bytesOf("text é"))).toBe("text é");
  expect(textOf(new Uint8Array([104, 0, 105]))).toBeUndefined();
  expect(textOf(new Uint8Array([0xff, 0xfe, 104]))).toBeUndefined();
});

test("paths stay within the package and name one thing", () => {
  const bad = ["", "/a.py", "../a.py", "a//b.py", "a\\b.py", "./a.py", "there.py", "there.py/b.py", "dir"];
  for (const path of bad) {
    expect(pathTrouble(path, ["there.py", "dir/c.py"]), path).toBeDefined();
  }
  expect(pathTrouble("dir/d.py", ["there.py", "dir/c.py"])).toBeUndefined();
});
