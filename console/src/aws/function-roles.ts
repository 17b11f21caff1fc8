/** The roles that functions run as, and what these have to be allowed. */

import { tableOf } from "./arn";
import { functionPolicy, LAMBDA_TRUST, streamStatement, withStatement } from "./policy-document";
import { createRole, inlineDocument, inlineNames, putInline } from "./role-policies";

/** What a role's inline policy for its function is called. */
export const policyName = (streams: readonly string[]) => (streams.length === 0 ? "logs" : "stream-and-logs");

/** Make a role that may write logs and, if a stream is named, read that stream. Its ARN. */
export async function createFunctionRole(name: string, streamArn?: string): Promise<string> {
  const streams = streamArn === undefined ? [] : [streamArn];
  const made = await createRole(name, LAMBDA_TRUST, "");
  await putInline(name, policyName(streams), functionPolicy(streams));
  return made.Role?.Arn ?? "";
}

/** Let a role read a stream, besides what it may already. */
export const allowStream = (role: string, streamArn: string) =>
  addStatement(role, `read-stream-of-${tableOf(streamArn)}`, JSON.stringify(streamStatement(streamArn)));

/** Put one more statement, JSON text, into the role's inline policy `policy`, which is made if it is not there yet. */
export async function addStatement(role: string, policy: string, statement: string): Promise<void> {
  const there = (await inlineNames(role)).includes(policy);
  const document = there ? await inlineDocument(role, policy) : "";
  await putInline(role, policy, withStatement(document, statement));
}
