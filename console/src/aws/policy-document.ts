/** Policy documents as JSON text, and what is done to them. Pure. */

export const documentOf = (...statements: unknown[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2);

const LOGS_STATEMENT = {
  Effect: "Allow",
  Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: "*",
};

export const streamStatement = (streamArn: string) => ({
  Effect: "Allow",
  Action: [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
  ],
  Resource: streamArn,
});

/** What lets functions run as a role. */
export const LAMBDA_TRUST = documentOf({
  Effect: "Allow",
  Principal: { Service: "lambda.amazonaws.com" },
  Action: "sts:AssumeRole",
});

/** What a function needs that writes logs and is triggered by these streams. */
export const functionPolicy = (streamArns: readonly string[]) =>
  documentOf(...streamArns.map(streamStatement), LOGS_STATEMENT);

/** A document (none yet: an empty text) with one more statement, unless it is there already. Both are JSON text. */
export function withStatement(policy: string, statement: string): string {
  const added: unknown = JSON.parse(statement);
  if (policy.trim() === "") {
    return documentOf(added);
  }
  const old = JSON.parse(policy) as { Statement?: unknown };
  const statements: unknown[] = Array.isArray(old.Statement) ? old.Statement : [old.Statement ?? []].flat();
  const known = statements.some((each) => JSON.stringify(each) === JSON.stringify(added));
  return JSON.stringify({ ...old, Statement: known ? statements : [...statements, added] }, null, 2);
}
