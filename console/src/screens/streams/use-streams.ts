import { useQuery } from "@tanstack/react-query";
import { streams } from "../../aws/shards";

const AGAIN_MS = 4000;
/** While it is being turned on or off. */
const UNDER_WAY_MS = 1000;

/** The streams that a table has and had, as millrace tells of them. */
export const useStreams = (table: string) =>
  useQuery({
    queryKey: ["streams", table],
    queryFn: () => streams(table),
    refetchInterval: ({ state: { data = [] } }) =>
      data.some(({ status }) => /ING$/.test(status)) ? UNDER_WAY_MS : AGAIN_MS,
  });
