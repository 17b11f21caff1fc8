import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingRequest,
  DeleteEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingRequest,
} from "@aws-sdk/client-lambda";
import { lambda } from "./functions";

export type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
};

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

export const getMapping = (uuid: string): Promise<EventSourceMappingConfiguration> =>
  lambda().send(new GetEventSourceMappingCommand({ UUID: uuid }));

export const updateMapping = (request: UpdateEventSourceMappingRequest) =>
  lambda().send(new UpdateEventSourceMappingCommand(request));

export const deleteMapping = (uuid: string) =>
  lambda().send(new DeleteEventSourceMappingCommand({ UUID: uuid }));

/** A mapping's tags, by its ARN. */
export async function mappingTags(arn: string): Promise<Record<string, string>> {
  return (await lambda().send(new ListTagsCommand({ Resource: arn }))).Tags ?? {};
}
