/** A function's published versions, and the aliases that lead to them. */

import {
  type AliasConfiguration,
  CreateAliasCommand,
  type CreateAliasRequest,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  type FunctionConfiguration,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import { lambda } from "./functions";

export type { AliasConfiguration };

/** The newest first; $LATEST before them all. */
export async function listVersions(name: string): Promise<FunctionConfiguration[]> {
  const client = lambda();
  const found: FunctionConfiguration[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListVersionsByFunctionCommand({ FunctionName: name, Marker: after }));
    found.push(...(page.Versions ?? []));
    after = page.NextMarker;
  } while (after !== undefined);
  const number = ({ Version }: FunctionConfiguration) => Number(Version) || Number.POSITIVE_INFINITY;
  return found.sort((one, other) => (number(one) < number(other) ? 1 : -1));
}

export async function listAliases(name: string): Promise<AliasConfiguration[]> {
  const client = lambda();
  const found: AliasConfiguration[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListAliasesCommand({ FunctionName: name, Marker: after }));
    found.push(...(page.Aliases ?? []));
    after = page.NextMarker;
  } while (after !== undefined);
  return found;
}

/** A version of the code and configuration as they are; the last one, if nothing has changed since. */
export const publishVersion = (name: string, description: string) =>
  lambda().send(new PublishVersionCommand({ FunctionName: name, Description: description || undefined }));

export const deleteVersion = (name: string, version: string) =>
  lambda().send(new DeleteFunctionCommand({ FunctionName: name, Qualifier: version }));

/** Make the alias, or make the one there is exactly this. */
export const saveAlias = (alias: CreateAliasRequest, isNew: boolean) =>
  isNew ? lambda().send(new CreateAliasCommand(alias)) : lambda().send(new UpdateAliasCommand(alias));

export const deleteAlias = (name: string, alias: string) =>
  lambda().send(new DeleteAliasCommand({ FunctionName: name, Name: alias }));
