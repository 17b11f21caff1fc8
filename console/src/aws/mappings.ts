import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingRequest,
  type EventSourceMappingConfiguration,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import { lambda } from "./functions";

export type { EventSourceMappingConfiguration };

/** The mappings of the region; only those of a function or a stream if one is named. */
export async function listMappings(
  of: { FunctionName?: string; EventSourceArn?: string } = {},
): Promise<EventSourceMappingConfiguration[]> {
  const client = lambda();
  const found: EventSourceMappingConfiguration[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListEventSourceMappingsCommand({ ...of, Marker: after }));
    found.push(...(page.EventSourceMappings ?? []));
    after = page.NextMarker;
  } while (after !== undefined);
  return found;
}

export const createMapping = (request: CreateEventSourceMappingRequest) =>
  lambda().send(new CreateEventSourceMappingCommand(request));
