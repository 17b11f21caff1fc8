import {
  CreateFunctionCommand,
  type CreateFunctionRequest,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  type FunctionConfiguration,
  GetFunctionCommand,
  type GetFunctionCommandOutput,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListFunctionsCommand,
  type LoggingConfig,
  PutFunctionConcurrencyCommand,
  type Runtime,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationRequest,
} from "@aws-sdk/client-lambda";
import { clientSettings, endpoint } from "./session";

export type { FunctionConfiguration, LoggingConfig, Runtime };

/** A function as GetFunction tells it: configuration, where its code is, tags and concurrency. */
export type FunctionDetail = Omit<GetFunctionCommandOutput, "$metadata">;

const WAIT_TRIES = 60;
const WAIT_MS = 500;

export const lambda = () => new LambdaClient(clientSettings());

/** All functions of the region. */
export async function listFunctions(): Promise<FunctionConfiguration[]> {
  const client = lambda();
  const found: FunctionConfiguration[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListFunctionsCommand({ Marker: after }));
    found.push(...(page.Functions ?? []));
    after = page.NextMarker;
  } while (after !== undefined);
  return found;
}

export const getFunction = (name: string): Promise<FunctionDetail> =>
  lambda().send(new GetFunctionCommand({ FunctionName: name }));

export const createFunction = (request: CreateFunctionRequest) =>
  lambda().send(new CreateFunctionCommand(request));

export const deleteFunction = (name: string) =>
  lambda().send(new DeleteFunctionCommand({ FunctionName: name }));

/** Wait until the function can be invoked, and until its last change took hold. */
export async function settled(name: string): Promise<FunctionConfiguration> {
  for (let tries = 1; ; tries += 1) {
    const shown = await lambda().send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    if (shown.State === "Failed" || shown.LastUpdateStatus === "Failed") {
      throw new Error(shown.StateReason ?? shown.LastUpdateStatusReason ?? "The function could not be made.");
    }
    if (shown.State !== "Pending" && shown.LastUpdateStatus !== "InProgress") {
      return shown;
    }
    if (tries === WAIT_TRIES) {
      throw new Error(`The function is still ${shown.State}: try again in a while.`);
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

/** Replace the function's code by a zip file, and wait until that is what runs. */
export async function deployCode(name: string, zip: Uint8Array): Promise<FunctionConfiguration> {
  await lambda().send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zip }));
  return settled(name);
}

export async function configure(request: UpdateFunctionConfigurationRequest): Promise<FunctionConfiguration> {
  await lambda().send(new UpdateFunctionConfigurationCommand(request));
  return settled(request.FunctionName ?? "");
}

/** The function's zip file. `location` is GetFunction's: an address of this server, reached as we reach it. */
export async function downloadCode(location: string): Promise<Uint8Array> {
  const path = /\/_millrace\/code\/.*$/.exec(location)?.[0];
  const answer = await fetch(path === undefined ? location : `${endpoint()}${path}`);
  if (!answer.ok) {
    throw new Error(`The code could not be fetched: ${answer.status} ${answer.statusText}`);
  }
  return new Uint8Array(await answer.arrayBuffer());
}

/** Keep some of the account's concurrency for the function; without a number, none is. */
export async function reserveConcurrency(name: string, reserved: number | undefined): Promise<void> {
  if (reserved === undefined) {
    await lambda().send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
  } else {
    await lambda().send(
      new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: reserved }),
    );
  }
}

/** Make the function's tags exactly `next`. */
export async function retag(
  arn: string,
  before: Record<string, string>,
  next: Record<string, string>,
): Promise<void> {
  const gone = Object.keys(before).filter((key) => !(key in next));
  if (gone.length > 0) {
    await lambda().send(new UntagResourceCommand({ Resource: arn, TagKeys: gone }));
  }
  if (Object.keys(next).length > 0) {
    await lambda().send(new TagResourceCommand({ Resource: arn, Tags: next }));
  }
}
