/** A layer version's ARN is `arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION`. Pure. */

export const layerName = (arn: string) => arn.split(":")[6] ?? arn;

export const layerVersion = (arn: string) => arn.split(":")[7] ?? "-";

/** By row, AWS's message if it is about that row's ARN: it names it. */
export const refusedLayers = (message: string, arns: readonly string[]): (string | undefined)[] =>
  arns.map((arn) => (arn !== "" && message.includes(arn) ? message : undefined));
