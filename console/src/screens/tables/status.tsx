import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { sentence } from "./words";

const LOOKS: Record<string, StatusIndicatorProps.Type> = {
  ACTIVE: "success",
  AVAILABLE: "success",
  ENABLED: "success",
  CREATING: "in-progress",
  UPDATING: "in-progress",
  ENABLING: "in-progress",
  DELETING: "in-progress",
  DISABLING: "in-progress",
  DISABLED: "stopped",
};

/** A state of a table, an index, a backup or Time to Live as AWS names it. */
export function Status({ state }: { state: string | undefined }) {
  return state === undefined ? (
    <>-</>
  ) : (
    <StatusIndicator type={LOOKS[state] ?? "info"}>{sentence(state)}</StatusIndicator>
  );
}
