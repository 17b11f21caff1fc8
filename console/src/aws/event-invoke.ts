/** What becomes of a function's asynchronous invocations. */

import {
  DeleteFunctionEventInvokeConfigCommand,
  type FunctionEventInvokeConfig,
  ListFunctionEventInvokeConfigsCommand,
  PutFunctionEventInvokeConfigCommand,
  type PutFunctionEventInvokeConfigRequest,
} from "@aws-sdk/client-lambda";
import { lambda } from "./functions";

export type { FunctionEventInvokeConfig };

/** That of the function itself, if it was ever set. */
export async function eventInvokeConfig(name: string): Promise<FunctionEventInvokeConfig | null> {
  const answer = await lambda().send(new ListFunctionEventInvokeConfigsCommand({ FunctionName: name }));
  const own = (answer.FunctionEventInvokeConfigs ?? []).find(({ FunctionArn }) =>
    FunctionArn?.endsWith(":$LATEST"),
  );
  return own ?? null;
}

export const putEventInvokeConfig = (request: PutFunctionEventInvokeConfigRequest) =>
  lambda().send(new PutFunctionEventInvokeConfigCommand(request));

export const deleteEventInvokeConfig = (name: string) =>
  lambda().send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: name }));
