import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type GlobalSecondaryIndexDescription,
  type KeySchemaElement,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  type LocalSecondaryIndexDescription,
  type StreamViewType,
  type TableDescription,
  TagResourceCommand,
  type TimeToLiveDescription,
  UntagResourceCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { clientSettings } from "./session";

export type {
  CreateTableCommandInput,
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  LocalSecondaryIndexDescription,
  StreamViewType,
  TableDescription,
  TimeToLiveDescription,
  UpdateTableCommandInput,
};

export interface Tag {
  Key: string;
  Value: string;
}

export const dynamodb = () => new DynamoDBClient(clientSettings());

/** The names of all tables of the region, in order. */
export async function listTables(): Promise<string[]> {
  const client = dynamodb();
  const names: string[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListTablesCommand({ ExclusiveStartTableName: after }));
    names.push(...(page.TableNames ?? []));
    after = page.LastEvaluatedTableName;
  } while (after !== undefined);
  return names;
}

export async function describeTable(name: string): Promise<TableDescription> {
  const { Table } = await dynamodb().send(new DescribeTableCommand({ TableName: name }));
  return Table ?? {};
}

const STILL_CREATING_MS = 500;

/** Returns once a new table takes what is asked of it. */
export async function untilActive(name: string): Promise<void> {
  while ((await describeTable(name)).TableStatus === "CREATING") {
    await new Promise((resolve) => setTimeout(resolve, STILL_CREATING_MS));
  }
}

export const createTable = (request: CreateTableCommandInput) =>
  dynamodb().send(new CreateTableCommand(request));

export const updateTable = (request: UpdateTableCommandInput) =>
  dynamodb().send(new UpdateTableCommand(request));

export const deleteTable = (name: string) => dynamodb().send(new DeleteTableCommand({ TableName: name }));

/** Answers for every table, also when Time to Live was never on. */
export async function timeToLive(name: string): Promise<TimeToLiveDescription> {
  const answer = await dynamodb().send(new DescribeTimeToLiveCommand({ TableName: name }));
  return answer.TimeToLiveDescription ?? {};
}

export const setTimeToLive = (name: string, attribute: string, enabled: boolean) =>
  dynamodb().send(
    new UpdateTimeToLiveCommand({
      TableName: name,
      TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled },
    }),
  );

export async function listTags(arn: string): Promise<Tag[]> {
  const client = dynamodb();
  const found: Tag[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListTagsOfResourceCommand({ ResourceArn: arn, NextToken: after }));
    found.push(...(page.Tags ?? []).map(({ Key = "", Value = "" }) => ({ Key, Value })));
    after = page.NextToken;
  } while (after !== undefined);
  return found;
}

export async function changeTags(arn: string, set: Tag[], remove: string[]): Promise<void> {
  const client = dynamodb();
  if (set.length > 0) {
    await client.send(new TagResourceCommand({ ResourceArn: arn, Tags: set }));
  }
  if (remove.length > 0) {
    await client.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: remove }));
  }
}
