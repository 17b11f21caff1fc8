import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { count, milliseconds } from "../../parts/format";
import { type Reading, totals } from "./reading";

/** What the reading took, in AWS's words. */
export function ReadingFacts({ reading }: { reading: Reading }) {
  if (reading.data === undefined) {
    return null;
  }
  const { returned, scanned, capacity, milliseconds: took } = totals(reading.data.pages);
  const efficiency = scanned === 0 ? 100 : (100 * returned) / scanned;
  const facts = [
    `Items returned: ${count(returned)}`,
    `Items scanned: ${count(scanned)}`,
    `Efficiency: ${Number(efficiency.toFixed(2))}%`,
    `RCUs consumed: ${Number(capacity.toFixed(1))}`,
    `Time: ${milliseconds(took)}`,
  ];
  return (
    <>
      <StatusIndicator type="success">Completed</StatusIndicator> · {facts.join(" · ")}
    </>
  );
}
