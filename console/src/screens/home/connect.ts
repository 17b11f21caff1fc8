/** What to paste into a terminal or a program so that it talks to this server. Pure. */

export interface Connection {
  endpoint: string;
  region: string;
  accessKeyId: string;
  /** Never shown: the file it is in is named instead. */
  ownKeys: boolean;
}

const keyLines = ({ accessKeyId, ownKeys }: Connection, line: (name: string, value: string) => string) =>
  ownKeys
    ? [line("AWS_ACCESS_KEY_ID", accessKeyId), line("AWS_SECRET_ACCESS_KEY", "<its secret>")]
    : [line("AWS_ACCESS_KEY_ID", "test"), line("AWS_SECRET_ACCESS_KEY", "test")];

export function shell(connection: Connection): string {
  const line = (name: string, value: string) => `export ${name}=${value}`;
  return [
    line("AWS_ENDPOINT_URL", connection.endpoint),
    ...keyLines(connection, line),
    line("AWS_DEFAULT_REGION", connection.region),
  ].join("\n");
}

export function boto3(connection: Connection): string {
  const [key, secret] = connection.ownKeys ? [connection.accessKeyId, "<its secret>"] : ["test", "test"];
  return `import boto3

session = boto3.Session(
    aws_access_key_id="${key}",
    aws_secret_access_key="${secret}",
    region_name="${connection.region}",
)
dynamodb = session.client("dynamodb", endpoint_url="${connection.endpoint}")
dynamodb.put_item(TableName="Plays", Item={"player": {"S": "ada"}})
`;
}

export function javascript(connection: Connection): string {
  const [key, secret] = connection.ownKeys ? [connection.accessKeyId, "<its secret>"] : ["test", "test"];
  return `import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({
  endpoint: "${connection.endpoint}",
  region: "${connection.region}",
  credentials: { accessKeyId: "${key}", secretAccessKey: "${secret}" },
});
console.log(await client.send(new ListTablesCommand({})));
`;
}

export function terraform(connection: Connection): string {
  const services = ["dynamodb", "iam", "lambda", "logs", "sts"];
  const [key, secret] = connection.ownKeys ? [connection.accessKeyId, "<its secret>"] : ["test", "test"];
  return `provider "aws" {
  region     = "${connection.region}"
  access_key = "${key}"
  secret_key = "${secret}"

  endpoints {
${services.map((name) => `    ${name.padEnd(8)} = "${connection.endpoint}"`).join("\n")}
  }
}
`;
}

export function inTests(connection: Connection): string {
  return `# Wait until every change was delivered, filtered or discarded.
curl -s -X POST ${connection.endpoint}/_millrace/idle -d '{"timeout": 5}'

# Move the server's clock 25 hours ahead.
curl -s -X POST ${connection.endpoint}/_millrace/clock -d '{"advance": 90000}'
`;
}
