/** The names in ARNs. Without an ARN they are empty. */

export const tableOf = (streamArn = "") => streamArn.split("/")[1] ?? "";

/** A function's name, with its qualifier if it has one. */
export const functionOf = (functionArn = "") => functionArn.split(":").slice(6).join(":");

/** A function's name without its qualifier. */
export const bareName = (function_: string) => function_.split(":")[0] ?? "";

/** The version or alias that a function's ARN or name ends with, if it does. */
export const qualifierOf = (functionArn = ""): string | undefined =>
  functionArn.startsWith("arn:") ? functionArn.split(":")[7] : functionArn.split(":")[1];

export const roleOf = (roleArn = "") => roleArn.split("/").at(-1) ?? "";

export const regionOf = (arn: string) => arn.split(":")[3] ?? "";
