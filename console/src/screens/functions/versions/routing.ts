/** Which versions aliases lead to, and the form in which that is said. Pure. */

import type { AliasConfiguration } from "../../../aws/versions";

export interface AliasForm {
  name: string;
  description: string;
  version: string;
  /** Another version that gets a part of the invocations; empty for none. */
  other: string;
  /** That part in percent. */
  percent: string;
}

export const formOf = (alias: AliasConfiguration | undefined, newest: string): AliasForm => {
  const [[other, weight] = ["", 0]] = weightsOf(alias);
  return {
    name: alias?.Name ?? "",
    description: alias?.Description ?? "",
    version: alias?.FunctionVersion ?? newest,
    other,
    percent: other === "" ? "10" : percentOf(weight),
  };
};

const weightsOf = (alias: AliasConfiguration | undefined) =>
  Object.entries(alias?.RoutingConfig?.AdditionalVersionWeights ?? {});

const percentOf = (weight: number) => String(Math.round(weight * 10_000) / 100);

/** What is wrong with the part, which the server is not told in percent. */
export const percentTrouble = ({ other, percent }: AliasForm): string | undefined =>
  other === "" || (/^\d+(\.\d+)?$/.test(percent.trim()) && Number(percent) <= 100)
    ? undefined
    : "Give a part between 0 and 100.";

export const aliasOf = (functionName: string, form: AliasForm) => ({
  FunctionName: functionName,
  Name: form.name,
  Description: form.description,
  FunctionVersion: form.version,
  RoutingConfig: {
    AdditionalVersionWeights: form.other === "" ? {} : { [form.other]: Number(form.percent) / 100 },
  },
});

/** "3", or "3 (90%), 4 (10%)". */
export function routed(alias: AliasConfiguration): string {
  const weights = weightsOf(alias);
  const rest = 1 - weights.reduce((sum, [, weight]) => sum + weight, 0);
  const { FunctionVersion = "" } = alias;
  return weights.length === 0
    ? FunctionVersion
    : [[FunctionVersion, rest] as const, ...weights]
        .map(([version, weight]) => `${version} (${percentOf(weight)}%)`)
        .join(", ");
}

/** The names of the aliases that lead to a version, always or in part. */
export const leadingTo = (version: string, aliases: readonly AliasConfiguration[]): string[] =>
  aliases
    .filter((alias) => alias.FunctionVersion === version || weightsOf(alias).some(([one]) => one === version))
    .map(({ Name = "" }) => Name);
