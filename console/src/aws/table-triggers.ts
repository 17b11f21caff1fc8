/** The triggers of one table: the mappings that read a stream of it, also a stream that was turned off since. */

import { DeleteEventSourceMappingCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { lambda } from "./functions";
import { type EventSourceMappingConfiguration, listMappings } from "./mappings";

export async function triggersOf(tableArn: string): Promise<EventSourceMappingConfiguration[]> {
  const all = await listMappings();
  return all.filter(({ EventSourceArn }) => EventSourceArn?.startsWith(`${tableArn}/stream/`));
}

export const deleteTrigger = (uuid: string) =>
  lambda().send(new DeleteEventSourceMappingCommand({ UUID: uuid }));

export const enableTrigger = (uuid: string, enabled: boolean) =>
  lambda().send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: enabled }));
