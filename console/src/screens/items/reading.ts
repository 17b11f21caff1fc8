import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Item } from "../../aws/attributes";
import { type ItemsPage, readItems } from "../../aws/items";
import type { TableDescription } from "../../aws/tables";
import { attributeNames } from "./export";
import { type Question, toParameters } from "./question";
import { mistakesOf, requestOf } from "./request";
import { keyNames, schemaOf } from "./table-keys";

/** What has been read of a question so far. A question that lacks something is not asked: then `ready` is false. */
export function useReading(name: string, question: Question, table: TableDescription) {
  const [own, schema] = [schemaOf(table), schemaOf(table, question.index)];
  const known = own !== undefined && schema !== undefined;
  const ready = known && Object.keys(mistakesOf(question, schema)).length === 0;
  const query = useInfiniteQuery({
    queryKey: ["items", name, toParameters(question).toString()],
    queryFn: ({ pageParam }): Promise<ItemsPage> =>
      own === undefined || schema === undefined
        ? Promise.reject(new Error("The table has no key"))
        : readItems(requestOf(name, question, own, schema), question.pageSize, pageParam),
    initialPageParam: undefined as Item | undefined,
    getNextPageParam: (last) => last.next,
    enabled: ready,
    // A table is read when somebody asks for it, and when it was changed from here; never behind one's back.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const attributes = useMemo(() => attributeNames(items, keyNames(table)), [items, table]);
  return { ...query, ready, items, attributes };
}

export type Reading = ReturnType<typeof useReading>;

/** What all requests so far took. */
export function totals(pages: ItemsPage[]) {
  const sum = (of: (page: ItemsPage) => number) => pages.reduce((all, page) => all + of(page), 0);
  return {
    returned: sum((page) => page.items.length),
    scanned: sum((page) => page.scanned),
    capacity: sum((page) => page.capacity),
    milliseconds: sum((page) => page.milliseconds),
  };
}
