import { expect, test } from "vitest";
import { tagChanges } from "./tag-changes";

test("only tags that are new or different are set, and those that are gone removed", () => {
  const before = [
    { Key: "team", Value: "water" },
    { Key: "stage", Value: "test" },
    { Key: "old", Value: "" },
  ];
  const after = [
    { Key: "team", Value: "water" },
    { Key: "stage", Value: "live" },
    { Key: "new", Value: "" },
  ];

  expect(tagChanges(before, after)).toEqual({
    set: [
      { Key: "stage", Value: "live" },
      { Key: "new", Value: "" },
    ],
    remove: ["old"],
  });
});
