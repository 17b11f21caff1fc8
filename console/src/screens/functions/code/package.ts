/** Deployment packages: zip files made and read in the browser. */

import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";

/** Larger packages are shown as not editable: they are made by a build, not by hand. */
export const EDITABLE_BYTES_MAX = 3 * 1024 * 1024;
export const EDITABLE_FILES_MAX = 200;

export interface PackageFile {
  path: string;
  bytes: Uint8Array;
}

// Zip files tell when files changed. Always the same, so that the same code is the same package.
const NO_TIME = new Date(1980, 0, 1);
const EXECUTABLE = 0o755 << 16;

export function zipOf(files: readonly PackageFile[]): Uint8Array {
  const entries = files.map(({ path, bytes }) => [
    path,
    [bytes, { mtime: NO_TIME, os: 3, attrs: EXECUTABLE }] as const,
  ]);
  return zipSync(Object.fromEntries(entries), { level: 6 });
}

/** The files of a zip file by path; folders are only parts of paths. Throws on what is no zip file. */
export function filesOf(zip: Uint8Array): PackageFile[] {
  return Object.entries(unzipSync(zip))
    .filter(([path]) => !path.endsWith("/"))
    .map(([path, bytes]) => ({ path, bytes }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The file's text, or nothing if it is none: bytes that are not UTF-8, or zeros. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) {
    return undefined;
  }
  const text = strFromU8(bytes);
  const again = strToU8(text);
  return again.length === bytes.length ? text : undefined;
}

export const bytesOf = (text: string): Uint8Array => strToU8(text);

/** Why a file cannot have this path, if it cannot. */
export function pathTrouble(path: string, taken: readonly string[]): string | undefined {
  if (path === "") {
    return "Give the file a name.";
  }
  if (/^\/|\\|^[A-Za-z]:/.test(path) || path.split("/").some((part) => part === "" || /^\.\.?$/.test(part))) {
    return "Use a path within the package, such as package/module.py.";
  }
  if (taken.includes(path)) {
    return `There is a file ${path} already.`;
  }
  if (taken.some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) {
    return "A file cannot be a folder too.";
  }
  return undefined;
}
