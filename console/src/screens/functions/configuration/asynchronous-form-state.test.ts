import { expect, test } from "vitest";
import { blamed, configOf, formOf } from "./asynchronous-form-state";

const QUEUE = "arn:aws:sqs:us-east-1:1:q";

test("where nothing was set the form has what holds, and asks for nothing", () => {
  const form = formOf(null, undefined);

  expect(form).toMatchObject({ age: "21600", retries: "2", success: "", letters: "" });
  expect(configOf(form)).toBeUndefined();
});

test("a destination that is emptied is sent as none", () => {
  const form = formOf(
    { MaximumRetryAttempts: 0, DestinationConfig: { OnSuccess: { Destination: QUEUE } } },
    undefined,
  );

  expect(configOf(form)?.DestinationConfig.OnSuccess).toEqual({ Destination: QUEUE });
  expect(configOf({ ...form, success: " " })).toEqual({
    MaximumEventAgeInSeconds: 21_600,
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  });
});

test("a refusal is told beside the field it is about", () => {
  const form = { ...formOf(null, undefined), failure: QUEUE };
  const told = (message: string, field?: string) => blamed({ code: "Invalid", message, field }, form);

  expect(told(`The destination ARN ${QUEUE} is invalid.`)).toBe("failure");
  expect(told("Value '9' at 'maximumRetryAttempts' failed", "maximumRetryAttempts")).toBe("retries");
  expect(told("The provided execution role does not have permissions to call SendMessage on SQS")).toBe(
    "letters",
  );
  expect(told("Something else")).toBeUndefined();
});
