import {
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { clientSettings } from "./session";

export type { TableDescription };

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
