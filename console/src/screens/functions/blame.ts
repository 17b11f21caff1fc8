/** Which field AWS's message is about, also where it names none as the model spells it. */

import type { Failure } from "../../aws/failure";

const MEANT: [RegExp, string][] = [
  [/^Function already exist/, "functionName"],
  [/^Role with name .* already exists/, "roleName"],
  [/^The role defined for the function/, "role"],
  [/environment variables/i, "environment"],
  [/ReservedConcurrentExecutions|unreserved/, "reservedConcurrentExecutions"],
  [/layers|runtime parameter/i, "runtime"],
  [/handler/i, "handler"],
  [/Unzipped size|unzip|zip file|function code/i, "code"],
  [/\btags?\b/i, "tags"],
];

function blamed(failure: Failure | undefined): string | undefined {
  if (failure === undefined) {
    return undefined;
  }
  if (failure.field !== undefined && failure.message.includes(" at '")) {
    return failure.field;
  }
  return MEANT.find(([pattern]) => pattern.test(failure.message))?.[1] ?? failure.field;
}

/** The message if it is about one of these fields. */
export function about(failure: Failure | undefined, ...fields: string[]): string | undefined {
  const field = blamed(failure);
  return field !== undefined && fields.includes(field) ? failure?.message : undefined;
}

/** The message if it is about none of these fields. */
export function aboutElse(failure: Failure | undefined, ...fields: string[]): string | undefined {
  return failure === undefined || about(failure, ...fields) !== undefined
    ? undefined
    : `${failure.code}: ${failure.message}`;
}
