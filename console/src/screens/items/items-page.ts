import { useQuery } from "@tanstack/react-query";
import type { Item } from "../../aws/attributes";
import { readTyped } from "../../aws/item-json";
import { getItem } from "../../aws/items";
import { paths } from "../../paths";
import type { Crumb } from "../../shell/trail";

/** Where each table's items were left: leaving an item leads back to what had been asked. */
const left = new Map<string, string>();

export function rememberItems(table: string, parameters: string): void {
  left.set(table, parameters);
}

export function itemsAddress(table: string): string {
  const parameters = left.get(table) ?? "";
  return parameters === "" ? paths.items(table) : `${paths.items(table)}?${parameters}`;
}

/** The item of a key, given as DynamoDB JSON; read once, so that nothing changes under the person who edits it. */
export const useItem = (table: string, key: string) =>
  useQuery({
    queryKey: ["item", table, key],
    queryFn: async (): Promise<{ found: Item | undefined }> => ({
      found: await getItem(table, readTyped(key)),
    }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });

/** The way to a table's items, or to one of them. */
export const crumbsTo = (table: string, item: boolean): Crumb[] => [
  { text: "Tables", href: paths.tables() },
  { text: table, href: paths.table(table) },
  ...(item ? [{ text: "Explore items", href: itemsAddress(table) }] : []),
];
