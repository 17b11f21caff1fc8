/** The names in ARNs. Without an ARN they are empty. */

export const tableOf = (streamArn = "") => streamArn.split("/")[1] ?? "";

/** A function's name, with its qualifier if it has one. */
export const functionOf = (functionArn = "") => functionArn.split(":").slice(6).join(":");

export const roleOf = (roleArn = "") => roleArn.split("/").at(-1) ?? "";

export const regionOf = (arn: string) => arn.split(":")[3] ?? "";
