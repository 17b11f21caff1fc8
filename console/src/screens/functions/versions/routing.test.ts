import { expect, test } from "vitest";
import { aliasOf, formOf, leadingTo, percentTrouble, routed } from "./routing";

const weighted = {
  Name: "live",
  FunctionVersion: "3",
  RoutingConfig: { AdditionalVersionWeights: { "4": 0.07 } },
};

test("an alias tells its versions with their parts, and each version its aliases", () => {
  expect(routed(weighted)).toBe("3 (93%), 4 (7%)");
  expect(routed({ FunctionVersion: "3" })).toBe("3");
  expect(leadingTo("4", [weighted, { Name: "test", FunctionVersion: "4" }])).toEqual(["live", "test"]);
});

test("an alias that is edited and left as it was is sent as it was", () => {
  expect(aliasOf("f", formOf(weighted, "9"))).toEqual({
    FunctionName: "f",
    Description: "",
    ...weighted,
  });
});

test("without another version the weights are taken away, and its part does not matter", () => {
  const form = { ...formOf(weighted, "9"), other: "", percent: "much" };
  expect(aliasOf("f", form).RoutingConfig).toEqual({ AdditionalVersionWeights: {} });
  expect(percentTrouble(form)).toBeUndefined();
});

test("a part is a number of percent", () => {
  const trouble = (percent: string) => percentTrouble({ ...formOf(weighted, "9"), percent });
  expect(["0", "12.5", "100"].map(trouble)).toEqual([undefined, undefined, undefined]);
  expect(["", "-1", "101", "half"].map(trouble).every((told) => told !== undefined)).toBe(true);
});
