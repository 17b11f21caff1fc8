import { expect, test } from "vitest";
import { corsForm, corsOf } from "./cors";
import { pairsOf, pairTroubles, valuesOf } from "./pairs";

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
