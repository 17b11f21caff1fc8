/** What the screens of tables read, each under one key. */

import { type QueryClient, useQuery } from "@tanstack/react-query";
import { bounded } from "../../aws/bounded";
import { triggersOf } from "../../aws/table-triggers";
import { describeTable, listTables, listTags, timeToLive } from "../../aws/tables";
import { isLeaving } from "./leaving";

const REFRESH_MS = 4000;
const TTL_FRESH_MS = 20_000;
/** A browser opens six connections to a server; two stay free for what is clicked meanwhile. */
const inTurn = bounded(4);

export const tableKey = (name: string) => ["table", name];
export const ttlKey = (name: string) => ["table-ttl", name];

async function whileThere<T>(
  client: QueryClient,
  name: string,
  key: string[],
  read: () => Promise<T>,
): Promise<T> {
  const known = client.getQueryData<T>(key);
  return isLeaving(name) && known !== undefined ? known : read();
}

export const tableQuery = (name: string, every: number | false = REFRESH_MS) => ({
  queryKey: tableKey(name),
  queryFn: ({ client }: { client: QueryClient }) =>
    whileThere(client, name, tableKey(name), () => inTurn(() => describeTable(name))),
  refetchInterval: every,
});

export const ttlQuery = (name: string) => ({
  queryKey: ttlKey(name),
  queryFn: ({ client }: { client: QueryClient }) =>
    whileThere(client, name, ttlKey(name), () => inTurn(() => timeToLive(name))),
  refetchInterval: TTL_FRESH_MS,
});

export const useTableNames = () =>
  useQuery({ queryKey: ["tables"], queryFn: listTables, refetchInterval: REFRESH_MS });

export const useTable = (name: string, every: number = REFRESH_MS) => useQuery(tableQuery(name, every));

export const useTimeToLive = (name: string) => useQuery(ttlQuery(name));

export const useTags = (name: string, arn: string) =>
  useQuery({
    queryKey: ["table-tags", arn],
    queryFn: ({ client }) => whileThere(client, name, ["table-tags", arn], () => listTags(arn)),
  });

export const useTableTriggers = (arn: string) =>
  useQuery({
    queryKey: ["table-triggers", arn],
    queryFn: () => triggersOf(arn),
    refetchInterval: REFRESH_MS,
  });
