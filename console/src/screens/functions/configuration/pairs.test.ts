import { expect, test } from "vitest";
import { corsForm, corsOf } from "./cors";
import { pairsOf, pairTroubles, refusedNames, valuesOf } from "./pairs";

test("names without values are kept, empty rows are not", () => {
  expect(
    valuesOf([
      { key: "A", value: "" },
      { key: "", value: "" },
    ]),
  ).toEqual({ A: "" });
  expect(pairsOf({ B: "2", A: "1" }).map(({ key }) => key)).toEqual(["A", "B"]);
});

test("a value without a name and a name that is there twice are told", () => {
  expect(
    pairTroubles([
      { key: "A", value: "1" },
      { key: "A", value: "2" },
      { key: "", value: "3" },
    ]),
  ).toEqual([undefined, "A is there already.", "Give it a name."]);
});

test("CORS that is off is none, and lists are read with commas or spaces between", () => {
  const form = corsForm(undefined);
  expect(corsOf(form)).toEqual({});
  expect(corsOf({ ...form, on: true, origins: "https://a, https://b", methods: "GET POST" })).toMatchObject({
    AllowOrigins: ["https://a", "https://b"],
    AllowMethods: ["GET", "POST"],
  });
});

test("AWS's message stands beside the name that it is about", () => {
  const pairs = [
    { key: "GOOD", value: "1" },
    { key: "1 bad", value: "2" },
  ];
  const pattern =
    "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]";

  expect(refusedNames(pattern, pairs)).toEqual([undefined, pattern]);
  const reserved = "reserved keys that are currently not supported for modification: AWS_REGION, GOOD";
  expect(refusedNames(reserved, pairs)).toEqual([reserved, undefined]);
  expect(refusedNames("exceeded the 4KB limit", pairs)).toEqual([undefined, undefined]);
});
