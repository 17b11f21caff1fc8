/** The form of what becomes of asynchronous invocations, and what it asks for. Pure. */

import type { FunctionEventInvokeConfig } from "../../../aws/event-invoke";
import type { Failure } from "../../../aws/failure";

export interface AsynchronousForm {
  age: string;
  retries: string;
  success: string;
  failure: string;
  letters: string;
}

/** AWS's, where nothing was set. */
const AGE_SECONDS = 21_600;
const RETRIES = 2;

export const formOf = (
  config: FunctionEventInvokeConfig | null,
  letters: string | undefined,
): AsynchronousForm => ({
  age: String(config?.MaximumEventAgeInSeconds ?? AGE_SECONDS),
  retries: String(config?.MaximumRetryAttempts ?? RETRIES),
  success: config?.DestinationConfig?.OnSuccess?.Destination ?? "",
  failure: config?.DestinationConfig?.OnFailure?.Destination ?? "",
  letters: letters ?? "",
});

/** What to set; nothing when it is what holds where nothing was set. */
export function configOf(form: AsynchronousForm) {
  const [age, retries] = [Number(form.age), Number(form.retries)];
  const [success, failure] = [form.success.trim(), form.failure.trim()];
  if (age === AGE_SECONDS && retries === RETRIES && success === "" && failure === "") {
    return undefined;
  }
  return {
    MaximumEventAgeInSeconds: age,
    MaximumRetryAttempts: retries,
    DestinationConfig: {
      OnSuccess: success === "" ? {} : { Destination: success },
      OnFailure: failure === "" ? {} : { Destination: failure },
    },
  };
}

const NAMED: Record<string, keyof AsynchronousForm> = {
  maximumEventAgeInSeconds: "age",
  maximumRetryAttempts: "retries",
  deadLetterConfig: "letters",
};

/** Which field was refused, if AWS's message tells: it names a parameter, or an ARN that was typed. */
export function blamed(
  refusal: Failure | undefined,
  form: AsynchronousForm,
): keyof AsynchronousForm | undefined {
  if (refusal === undefined) {
    return undefined;
  }
  if (/dead letter|execution role .* on (SQS|SNS)/i.test(refusal.message)) {
    return "letters";
  }
  const typed = (["success", "failure", "letters"] as const).find((field) => {
    const arn = form[field].trim();
    return arn !== "" && refusal.message.includes(arn);
  });
  return NAMED[refusal.field ?? ""] ?? typed;
}
