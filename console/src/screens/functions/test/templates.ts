/** Events to test functions with. */

const STREAM_ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/Table/stream/2026-01-01T00:00:00.000";

function record(name: "INSERT" | "MODIFY" | "REMOVE", number: string, images: Record<string, unknown>) {
  return {
    eventID: `c4ca4238a0b923820dcc509a6f75849${number}`,
    eventName: name,
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "us-east-1",
    dynamodb: {
      ApproximateCreationDateTime: 1767225600,
      Keys: { Id: { S: "101" } },
      ...images,
      SequenceNumber: `10000000000000000000${number}`,
      SizeBytes: 42,
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
    eventSourceARN: STREAM_ARN,
  };
}

const first = { Id: { S: "101" }, Message: { S: "New item" } };
const second = { Id: { S: "101" }, Message: { S: "This item has changed" } };

interface Template {
  id: string;
  label: string;
  event: unknown;
}

export const TEMPLATES: readonly Template[] = [
  { id: "hello-world", label: "hello-world", event: { key1: "value1", key2: "value2", key3: "value3" } },
  {
    id: "dynamodb-insert",
    label: "DynamoDB stream: INSERT",
    event: { Records: [record("INSERT", "1", { NewImage: first })] },
  },
  {
    id: "dynamodb-modify",
    label: "DynamoDB stream: MODIFY",
    event: { Records: [record("MODIFY", "2", { NewImage: second, OldImage: first })] },
  },
  {
    id: "dynamodb-remove",
    label: "DynamoDB stream: REMOVE",
    event: { Records: [record("REMOVE", "3", { OldImage: second })] },
  },
  {
    id: "function-url",
    label: "Function URL request",
    event: {
      version: "2.0",
      routeKey: "$default",
      rawPath: "/",
      rawQueryString: "name=Ada",
      headers: { accept: "text/html", host: "example.lambda-url.us-east-1.on.aws" },
      queryStringParameters: { name: "Ada" },
      requestContext: {
        accountId: "anonymous",
        apiId: "example",
        domainName: "example.lambda-url.us-east-1.on.aws",
        http: {
          method: "GET",
          path: "/",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "a browser",
        },
        requestId: "00000000-0000-0000-0000-000000000000",
        routeKey: "$default",
        stage: "$default",
        timeEpoch: 1767225600000,
      },
      isBase64Encoded: false,
    },
  },
];

export const eventText = (event: unknown): string => JSON.stringify(event, null, 2);

export function templateText(id: string): string {
  return eventText(TEMPLATES.find((template) => template.id === id)?.event ?? {});
}
