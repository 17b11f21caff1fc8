/** What the screens of tables read, each under one key. */

import { useQuery } from "@tanstack/react-query";
import { listTags, timeToLive } from "../../aws/tables";
import { whileThere } from "../../parts/gone";
import { goneTable, inTurn, useMappings } from "../../parts/queries";

const TTL_FRESH_MS = 20_000;

export const ttlQuery = (name: string) => ({
  queryKey: ["table-ttl", name],
  ...whileThere(goneTable(name), () => inTurn(() => timeToLive(name))),
  refetchInterval: TTL_FRESH_MS,
});

export const useTimeToLive = (name: string) => useQuery(ttlQuery(name));

export const useTags = (name: string, arn: string) =>
  useQuery({
    queryKey: ["table-tags", arn],
    ...whileThere(goneTable(name), () => listTags(arn)),
  });

/** The mappings that read a stream of this table, also one that was turned off since. */
export const useTableTriggers = (arn: string) =>
  useMappings(({ EventSourceArn }) => EventSourceArn?.startsWith(`${arn}/stream/`) ?? false);
