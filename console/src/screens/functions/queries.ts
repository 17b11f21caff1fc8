/** What the screens of functions read, under names that they share. */

import { useQuery } from "@tanstack/react-query";
import { functionOf } from "../../aws/arn";
import { getFunction } from "../../aws/functions";
import type { FunctionStatus } from "../../aws/own";
import { listAliases, listVersions } from "../../aws/versions";
import { useMappings, useStatus } from "../../parts/queries";

const REFRESH_MS = 4000;

/** Not `enabled` while it is being deleted: asking for what is gone is an error. */
export const useFunction = (name: string, enabled = true) =>
  useQuery({
    queryKey: ["function", name],
    queryFn: () => getFunction(name),
    refetchInterval: REFRESH_MS,
    enabled,
  });

export const useVersions = (name: string, enabled = true) =>
  useQuery({
    queryKey: ["versions", name],
    queryFn: () => listVersions(name),
    refetchInterval: REFRESH_MS,
    enabled,
  });

export const useAliases = (name: string, enabled = true) =>
  useQuery({
    queryKey: ["aliases", name],
    queryFn: () => listAliases(name),
    refetchInterval: REFRESH_MS,
    enabled,
  });

/** The triggers of the function, of any version of it. */
export const useTriggersOf = (name: string) =>
  useMappings(({ FunctionArn }) => functionOf(FunctionArn).split(":")[0] === name);

/** The figures of functions by their ARN; empty until the server has told them. */
export function useFigures(): Map<string, FunctionStatus> {
  const told = useStatus();
  return new Map((told.data?.functions ?? []).map((figures) => [figures.arn, figures]));
}
