/** Functions' own web addresses. */

import {
  AddPermissionCommand,
  type AddPermissionRequest,
  type Cors,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionUrlConfigCommand,
  type FunctionUrlConfig,
  GetPolicyCommand,
  ListFunctionUrlConfigsCommand,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import { lambda } from "./functions";
import { laidOut } from "./json-text";

export type { Cors, FunctionUrlConfig };
export type UrlAuth = "NONE" | "AWS_IAM";

/** What anybody needs to call an address without a signature: both statements, as AWS's console adds them. */
const PUBLIC: Omit<AddPermissionRequest, "FunctionName">[] = [
  {
    StatementId: "FunctionURLAllowPublicAccess",
    Action: "lambda:InvokeFunctionUrl",
    Principal: "*",
    FunctionUrlAuthType: "NONE",
  },
  {
    StatementId: "FunctionURLInvokeAllowPublicAccess",
    Action: "lambda:InvokeFunction",
    Principal: "*",
    InvokedViaFunctionUrl: true,
  },
];

/** The function's address, if it has one. */
export async function functionUrl(name: string): Promise<FunctionUrlConfig | null> {
  const answer = await lambda().send(new ListFunctionUrlConfigsCommand({ FunctionName: name }));
  return answer.FunctionUrlConfigs?.[0] ?? null;
}

/** Make the function's address, or change the one it has; open to everybody if `auth` is NONE. */
export async function saveFunctionUrl(
  name: string,
  auth: UrlAuth,
  cors: Cors,
  before: FunctionUrlConfig | null,
): Promise<void> {
  const request = { FunctionName: name, AuthType: auth, Cors: cors };
  if (before === null) {
    await lambda().send(new CreateFunctionUrlConfigCommand(request));
  } else {
    await lambda().send(new UpdateFunctionUrlConfigCommand(request));
  }
  if (auth === "NONE" && before?.AuthType !== "NONE") {
    await openToEverybody(name);
  }
}

export const deleteFunctionUrl = (name: string) =>
  lambda().send(new DeleteFunctionUrlConfigCommand({ FunctionName: name }));

/** The function's resource-based policy as JSON text. Fails if it has none. */
export async function functionPolicy(name: string): Promise<string> {
  const { Policy } = await lambda().send(new GetPolicyCommand({ FunctionName: name }));
  return laidOut(Policy ?? "{}");
}

async function openToEverybody(name: string): Promise<void> {
  for (const statement of PUBLIC) {
    try {
      await lambda().send(new AddPermissionCommand({ FunctionName: name, ...statement }));
    } catch (thrown) {
      // Left from an address that was open before.
      if (!(thrown instanceof Error && thrown.name === "ResourceConflictException")) {
        throw thrown;
      }
    }
  }
}
