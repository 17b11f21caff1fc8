import SpaceBetween from "@cloudscape-design/components/space-between";
import { FailureAlert, Loading } from "../../../parts/states";
import { useSamples } from "../../../parts/use-samples";
import type { TabProps } from "../function";
import { Charts } from "./charts";
import { RecentLines } from "./recent-lines";

/** How the function is doing, and what it said last. */
export default function MonitorTab({ name, detail }: TabProps) {
  const arn = detail.Configuration?.FunctionArn ?? "";
  const { status, samples, error } = useSamples();
  const figures = status?.functions.find((one) => one.arn === arn);
  return (
    <SpaceBetween size="l">
      {error === null ? null : <FailureAlert error={error} />}
      {status === undefined && error === null ? <Loading label="Loading figures" /> : null}
      {figures === undefined ? null : <Charts figures={figures} samples={samples} />}
      <RecentLines group={detail.Configuration?.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`} />
    </SpaceBetween>
  );
}
