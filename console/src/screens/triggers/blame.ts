/** Which of the form's fields AWS's message is about, where it names no parameter. Pure. */

import type { Failure } from "../../aws/failure";

const MEANT: [RegExp, string][] = [
  [/filter/i, "filterCriteria"],
  [/destination|permissions to call/i, "destinationConfig"],
  [/^Parallelization factor/, "parallelizationFactor"],
  [/tumbling/i, "tumblingWindowInSeconds"],
];

/** The request parameter that was refused, if it can be told. */
export const blamed = (failure: Failure | undefined): string | undefined =>
  failure && (MEANT.find(([pattern]) => pattern.test(failure.message))?.[1] ?? failure.field);
