/** Where a trigger stands: its mapping as AWS shows it, with what millrace tells of it. Pure. */

import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { functionOf, tableOf } from "../../aws/arn";
import type { EventSourceMappingConfiguration } from "../../aws/mappings";
import type { MappingStatus } from "../../aws/own";

export interface Row {
  uuid: string;
  table: string;
  function: string;
  state: string;
  mapping: EventSourceMappingConfiguration;
  /** Not known for a moment after it was made. */
  status: MappingStatus | undefined;
}

export function rowsOf(
  mappings: readonly EventSourceMappingConfiguration[],
  statuses: readonly MappingStatus[],
): Row[] {
  const byUuid = new Map(statuses.map((status) => [status.uuid, status]));
  return mappings.map((mapping) => ({
    uuid: mapping.UUID ?? "",
    table: tableOf(mapping.EventSourceArn),
    function: functionOf(mapping.FunctionArn),
    state: mapping.State ?? "",
    mapping,
    status: byUuid.get(mapping.UUID ?? ""),
  }));
}

/** How a trigger gets on, in a word and a colour. */
export function standing({
  state,
  status,
}: Pick<Row, "state" | "status">): [StatusIndicatorProps.Type, string] {
  if (state === "Disabled") return ["stopped", "Disabled"];
  if (status === undefined) return ["pending", state];
  if (status.missing !== null) return ["error", "Permission missing"];
  if (status.attempts > 0) return ["warning", "Failing"];
  return status.pending > 0 ? ["in-progress", "Delivering"] : ["success", state];
}

export const discardedOf = (status: MappingStatus | undefined) =>
  Object.values(status?.discarded ?? {}).reduce((sum, count) => sum + count, 0);
