/** What a delivery came to, in words and in a colour, the same everywhere. */

import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

const OUTCOMES: Record<string, [StatusIndicatorProps.Type, string]> = {
  running: ["in-progress", "Running"],
  succeeded: ["success", "Succeeded"],
  failed: ["error", "Failed"],
  partial: ["warning", "Partly failed"],
  interrupted: ["warning", "Interrupted"],
  discarded: ["error", "Discarded"],
  filtered: ["stopped", "Filtered"],
  stopped: ["stopped", "Stopped"],
  resumed: ["success", "Resumed"],
};

export const outcomeType = (outcome: string): StatusIndicatorProps.Type => OUTCOMES[outcome]?.[0] ?? "info";
export const outcomeWords = (outcome: string): string => OUTCOMES[outcome]?.[1] ?? outcome;
