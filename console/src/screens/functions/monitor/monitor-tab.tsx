import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { status } from "../../../aws/own";
import { FailureAlert, Loading } from "../../../parts/states";
import type { TabProps } from "../function";
import { Charts } from "./charts";
import { RecentLines } from "./recent-lines";
import { added, type Sample } from "./samples";

const SAMPLE_MS = 2000;

/** How the function is doing, and what it said last. */
export default function MonitorTab({ name, detail }: TabProps) {
  const arn = detail.Configuration?.FunctionArn ?? "";
  const client = useQueryClient();
  const key = ["samples", arn];
  const samples = useQuery({
    queryKey: key,
    queryFn: async () => {
      const told = await status();
      const figures = (told.functions ?? []).find((one) => one.arn === arn);
      const before = client.getQueryData<Sample[]>(key) ?? [];
      return figures === undefined ? before : added(before, { time: told.now, status: figures });
    },
    refetchInterval: SAMPLE_MS,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return (
    <SpaceBetween size="l">
      {samples.isError ? (
        <FailureAlert error={samples.error} retry={() => void samples.refetch()} />
      ) : samples.data === undefined ? (
        <Loading label="Loading figures" />
      ) : (
        <Charts samples={samples.data} />
      )}
      <RecentLines group={detail.Configuration?.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`} />
    </SpaceBetween>
  );
}
