/** Triggers as people read them. */

import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { EventSourceMappingConfiguration } from "../../aws/mappings";

/** The table whose stream the mapping reads. */
export const tableOf = (mapping: EventSourceMappingConfiguration): string =>
  mapping.EventSourceArn?.split("/")[1] ?? mapping.EventSourceArn ?? "";

export function stateType(mapping: EventSourceMappingConfiguration): StatusIndicatorProps.Type {
  if (mapping.State === "Enabled") {
    return /PROBLEM|error/i.test(mapping.LastProcessingResult ?? "") ? "warning" : "success";
  }
  return mapping.State === "Disabled" ? "stopped" : "in-progress";
}
