import {
  CreateRoleCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
  type Role,
} from "@aws-sdk/client-iam";
import { clientSettings } from "./session";

export type { Role };

export const iam = () => new IAMClient(clientSettings());

export const LAMBDA_TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

export const LOGS_STATEMENT = {
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

export async function listRoles(): Promise<Role[]> {
  const client = iam();
  const found: Role[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListRolesCommand({ Marker: after }));
    found.push(...(page.Roles ?? []));
    after = page.IsTruncated ? page.Marker : undefined;
  } while (after !== undefined);
  return found;
}

/** The policy of a role that `createFunctionRole` makes, as JSON text. */
export function rolePolicy(streamArn?: string): string {
  const statements =
    streamArn === undefined ? [LOGS_STATEMENT] : [streamStatement(streamArn), LOGS_STATEMENT];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2);
}

/** Make a role that functions run as: it may write logs and, if a stream is named, read that stream. Its ARN. */
export async function createFunctionRole(name: string, streamArn?: string): Promise<string> {
  const client = iam();
  const made = await client.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(LAMBDA_TRUST) }),
  );
  await client.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: streamArn === undefined ? "logs" : "stream-and-logs",
      PolicyDocument: rolePolicy(streamArn),
    }),
  );
  return made.Role?.Arn ?? "";
}

/** Let a role read a stream, besides what it may already. */
export const allowStream = (roleName: string, streamArn: string) =>
  iam().send(
    new PutRolePolicyCommand({
      RoleName: roleName,
      PolicyName: `read-stream-${streamArn.split("/")[1] ?? "of-a-table"}`,
      PolicyDocument: JSON.stringify(
        { Version: "2012-10-17", Statement: [streamStatement(streamArn)] },
        null,
        2,
      ),
    }),
  );
