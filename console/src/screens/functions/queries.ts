/** What the screens of functions read, under names that they share. */

import { useQuery } from "@tanstack/react-query";
import { getFunction, listFunctions } from "../../aws/functions";
import { listMappings } from "../../aws/mappings";
import { type FunctionStatus, status } from "../../aws/own";

const REFRESH_MS = 4000;

export const useFunctions = () =>
  useQuery({ queryKey: ["functions"], queryFn: listFunctions, refetchInterval: REFRESH_MS });

/** Not `enabled` while it is being deleted: asking for what is gone is an error. */
export const useFunction = (name: string, enabled = true) =>
  useQuery({
    queryKey: ["function", name],
    queryFn: () => getFunction(name),
    refetchInterval: REFRESH_MS,
    enabled,
  });

/** All triggers of the region, or those of one function. */
export const useMappings = (functionName?: string) =>
  useQuery({
    queryKey: ["mappings", functionName ?? ""],
    queryFn: () => listMappings(functionName === undefined ? {} : { FunctionName: functionName }),
    refetchInterval: REFRESH_MS,
  });

export const useStatus = () =>
  useQuery({ queryKey: ["status"], queryFn: status, refetchInterval: REFRESH_MS });

/** The figures of functions by their ARN; empty until the server has told them. */
export function useFigures(): Map<string, FunctionStatus> {
  const told = useStatus();
  return new Map((told.data?.functions ?? []).map((figures) => [figures.arn, figures]));
}
