/** What the screens of tables read, each under one key. */

import { useQuery } from "@tanstack/react-query";
import { listBackups, recovery } from "../../aws/backups";
import { listTags, timeToLive } from "../../aws/tables";
import { whileThere } from "../../parts/gone";
import { goneTable, inTurn, useMappings } from "../../parts/queries";

const TTL_FRESH_MS = 20_000;

/** Only tables that are `open` are asked: AWS tells it of no other. */
export const ttlQuery = (name: string, open: boolean) => ({
  queryKey: ["table-ttl", name],
  ...whileThere(goneTable(name), () => inTurn(() => timeToLive(name))),
  refetchInterval: TTL_FRESH_MS,
  ...(open ? {} : { enabled: false }),
});

export const useTimeToLive = (name: string, open = true) => useQuery(ttlQuery(name, open));

export const useTags = (name: string, arn: string) =>
  useQuery({
    queryKey: ["table-tags", arn],
    ...whileThere(goneTable(name), () => listTags(arn)),
  });

const BACKUPS_FRESH_MS = 4000;
const BEING_MADE_MS = 1000;

export const useRecovery = (name: string) =>
  useQuery({
    queryKey: ["table-recovery", name],
    ...whileThere(goneTable(name), () => recovery(name)),
    refetchInterval: BACKUPS_FRESH_MS,
  });

export const useBackups = (name: string) =>
  useQuery({
    queryKey: ["table-backups", name],
    ...whileThere(goneTable(name), () => listBackups(name)),
    refetchInterval: ({ state: { data = [] } }) =>
      data.some(({ BackupStatus }) => BackupStatus !== "AVAILABLE") ? BEING_MADE_MS : BACKUPS_FRESH_MS,
  });

/** The mappings that read a stream of this table, also one that was turned off since. */
export const useTableTriggers = (arn: string) =>
  useMappings(({ EventSourceArn }) => EventSourceArn?.startsWith(`${arn}/stream/`) ?? false);
