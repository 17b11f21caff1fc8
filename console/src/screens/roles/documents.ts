/** Policy documents as text and what is done to them. Pure. */

import { LAMBDA_TRUST, LOGS_STATEMENT, streamStatement } from "../../aws/roles";

/** The inline policy that "Allow it" writes. */
export const ALLOWED_POLICY = "allowed-in-console";

export const text = (value: unknown) => JSON.stringify(value, null, 2);

export const document = (...statements: unknown[]) => text({ Version: "2012-10-17", Statement: statements });

export const NEW_POLICY = document({ Effect: "Allow", Action: ["dynamodb:GetItem"], Resource: "*" });

export const lambdaTrust = () => text(LAMBDA_TRUST);

export const accountTrust = (account: string) =>
  document({ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" });

/** What a function that is triggered by these streams needs. */
export const streamPolicy = (streams: readonly string[]) =>
  document(...streams.map(streamStatement), LOGS_STATEMENT);

/** Why a text is no JSON, if it is none: the rest is for the server to say. */
export function jsonTrouble(given: string): string | undefined {
  try {
    JSON.parse(given);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A document (none yet: an empty text) with one more statement, unless it is there already. Both are JSON text. */
export function withStatement(policy: string, statement: string): string {
  const added: unknown = JSON.parse(statement);
  if (policy.trim() === "") {
    return document(added);
  }
  const old = JSON.parse(policy) as { Statement?: unknown };
  const statements: unknown[] = Array.isArray(old.Statement) ? old.Statement : [old.Statement ?? []].flat();
  const known = statements.some((each) => JSON.stringify(each) === JSON.stringify(added));
  return text({ ...old, Statement: known ? statements : [...statements, added] });
}
