/** What the screens of tables read, each under one key. */

import { useQuery } from "@tanstack/react-query";
import { bounded } from "../../aws/bounded";
import { describeTable, listTags, timeToLive } from "../../aws/tables";
import { whileThere } from "../../parts/gone";
import { useMappings } from "../../parts/queries";

const REFRESH_MS = 4000;
const TTL_FRESH_MS = 20_000;
/** A browser opens six connections to a server; two stay free for what is clicked meanwhile. */
const inTurn = bounded(4);

/** What a table is called among the things that are gone. */
export const goneTable = (name: string) => `table ${name}`;

export const tableQuery = (name: string, every: number | false = REFRESH_MS) => ({
  queryKey: ["table", name],
  ...whileThere(goneTable(name), () => inTurn(() => describeTable(name))),
  refetchInterval: every,
});

export const ttlQuery = (name: string) => ({
  queryKey: ["table-ttl", name],
  ...whileThere(goneTable(name), () => inTurn(() => timeToLive(name))),
  refetchInterval: TTL_FRESH_MS,
});

export const useTable = (name: string, every: number = REFRESH_MS) => useQuery(tableQuery(name, every));

export const useTimeToLive = (name: string) => useQuery(ttlQuery(name));

export const useTags = (name: string, arn: string) =>
  useQuery({
    queryKey: ["table-tags", arn],
    ...whileThere(goneTable(name), () => listTags(arn)),
  });

/** The mappings that read a stream of this table, also one that was turned off since. */
export const useTableTriggers = (arn: string) =>
  useMappings(({ EventSourceArn }) => EventSourceArn?.startsWith(`${arn}/stream/`) ?? false);
