/** Triggers as people read them. */

import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { EventSourceMappingConfiguration } from "../../aws/mappings";

export function stateType(mapping: EventSourceMappingConfiguration): StatusIndicatorProps.Type {
  if (mapping.State === "Enabled") {
    return /PROBLEM|error/i.test(mapping.LastProcessingResult ?? "") ? "warning" : "success";
  }
  return mapping.State === "Disabled" ? "stopped" : "in-progress";
}
