/** What several screens read, each under one key: they share what was read, and a change shows in all of them. */

import { useQuery } from "@tanstack/react-query";
import { bounded } from "../aws/bounded";
import { listFunctions } from "../aws/functions";
import { listLogGroups } from "../aws/logs";
import { type EventSourceMappingConfiguration, listMappings } from "../aws/mappings";
import { denials, status } from "../aws/own";
import { listRoles } from "../aws/roles";
import { describeTable, listTables, type TableDescription } from "../aws/tables";
import { whileThere } from "./gone";

const REFRESH_MS = 4000;
/** While something of a table is under way, so that one sees what comes of it. */
const UNDER_WAY_MS = 1000;

/** A browser opens six connections to a server; two stay free for what is clicked meanwhile. */
export const inTurn = bounded(4);

export const useTableNames = (enabled = true) =>
  useQuery({ queryKey: ["tables"], queryFn: listTables, refetchInterval: REFRESH_MS, enabled });

/** What a table is called among the things that are gone. */
export const goneTable = (name: string) => `table ${name}`;

/** Whether it is there to be worked with: neither being made nor being deleted. */
export const isOpen = ({ TableStatus }: TableDescription) =>
  TableStatus !== "CREATING" && TableStatus !== "DELETING";

const isUnderWay = ({ TableStatus, GlobalSecondaryIndexes = [] }: TableDescription) =>
  TableStatus === "CREATING" ||
  TableStatus === "UPDATING" ||
  GlobalSecondaryIndexes.some(({ IndexStatus }) => IndexStatus !== "ACTIVE");

/** A table that is on its way out is looked for in the list: describing it once too often is an error. */
async function readTable(name: string, known: TableDescription | undefined): Promise<TableDescription> {
  if (known?.TableStatus === "DELETING" && !(await listTables()).includes(name)) {
    throw new TableIsGone(name);
  }
  return describeTable(name);
}

class TableIsGone extends Error {
  override name = "ResourceNotFoundException";
}

export const tableQuery = (name: string, every: number | false = REFRESH_MS) => ({
  queryKey: ["table", name],
  ...whileThere(goneTable(name), (known?: TableDescription) => inTurn(() => readTable(name, known))),
  refetchInterval: ({ state: { data } }: { state: { data?: TableDescription } }): number | false => {
    if (data === undefined || data.TableStatus === "DELETING") {
      return REFRESH_MS;
    }
    return isUnderWay(data) ? Math.min(every || UNDER_WAY_MS, UNDER_WAY_MS) : every;
  },
});

export const useTable = (name: string, every: number | false = REFRESH_MS) =>
  useQuery(tableQuery(name, every));

export const useFunctions = () =>
  useQuery({ queryKey: ["functions"], queryFn: listFunctions, refetchInterval: REFRESH_MS });

export const useRoles = () =>
  useQuery({ queryKey: ["roles"], queryFn: listRoles, refetchInterval: REFRESH_MS });

export const useLogGroups = () =>
  useQuery({ queryKey: ["log-groups"], queryFn: () => listLogGroups(), refetchInterval: REFRESH_MS });

/** The triggers of the region, or those that `wanted` lets through. */
export const useMappings = (wanted?: (mapping: EventSourceMappingConfiguration) => boolean) =>
  useQuery({
    queryKey: ["mappings"],
    queryFn: () => listMappings(),
    refetchInterval: REFRESH_MS,
    select: wanted && ((all: EventSourceMappingConfiguration[]) => all.filter(wanted)),
  });

export const useStatus = (enabled = true) =>
  useQuery({ queryKey: ["status"], queryFn: status, refetchInterval: REFRESH_MS, enabled });

export const useAllDenials = () =>
  useQuery({ queryKey: ["denials"], queryFn: () => denials(), refetchInterval: REFRESH_MS });
