import { type FunctionConfiguration, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { clientSettings } from "./session";

export type { FunctionConfiguration };

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
