import { expect, test } from "vitest";
import { functionOf, regionOf, roleOf, tableOf } from "./arn";

const STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/Plays/stream/2026-01-01T00:00:00.000";

test("names are read from ARNs", () => {
  expect(tableOf(STREAM)).toBe("Plays");
  expect(regionOf(STREAM)).toBe("us-east-1");
  expect(functionOf("arn:aws:lambda:us-east-1:000000000000:function:badges")).toBe("badges");
  expect(functionOf("arn:aws:lambda:us-east-1:000000000000:function:badges:$LATEST")).toBe("badges:$LATEST");
  expect(roleOf("arn:aws:iam::000000000000:role/service/badges-role")).toBe("badges-role");
});
