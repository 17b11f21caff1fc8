import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { isOpen, tableQuery } from "../../parts/queries";
import { ttlQuery } from "./queries";
import type { Row } from "./row";

/** All tables, with what is known of those that are `wanted`: only they are described. */
export function useRows(names: string[], wanted: string[]): Row[] {
  const tables = useQueries({
    queries: wanted.map((name) => tableQuery(name)),
    combine: (results) => results.map(({ data }) => data),
  });
  const lives = useQueries({
    queries: wanted.map((name, place) => {
      const table = tables[place];
      return ttlQuery(name, table !== undefined && isOpen(table));
    }),
    combine: (results) => results.map(({ data }) => data),
  });
  return useMemo(() => {
    const known = new Map(wanted.map((name, place) => [name, { table: tables[place], ttl: lives[place] }]));
    return names.map((name) => ({ name, ...known.get(name) }));
  }, [names, wanted, tables, lives]);
}
