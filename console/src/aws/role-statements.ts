/** Adding to what a role may do without taking anything from it. */

import { GetRolePolicyCommand, ListRolePoliciesCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { iam } from "./roles";

/** Put one more statement into the role's inline policy `policy`, which is made if it is not there yet. */
export async function addStatement(role: string, policy: string, statement: object): Promise<void> {
  const client = iam();
  const listed = await client.send(new ListRolePoliciesCommand({ RoleName: role }));
  const kept: object[] = [];
  if (listed.PolicyNames?.includes(policy)) {
    const { PolicyDocument } = await client.send(
      new GetRolePolicyCommand({ RoleName: role, PolicyName: policy }),
    );
    const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument ?? "{}")) as {
      Statement?: object | object[];
    };
    kept.push(...(Array.isArray(Statement) ? Statement : Statement === undefined ? [] : [Statement]));
  }
  const document = { Version: "2012-10-17", Statement: [...kept, statement] };
  await client.send(
    new PutRolePolicyCommand({
      RoleName: role,
      PolicyName: policy,
      PolicyDocument: JSON.stringify(document, null, 2),
    }),
  );
}
