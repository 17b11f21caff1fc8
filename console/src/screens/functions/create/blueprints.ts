/** Functions to start from. */

import type { Family } from "../runtimes";

interface Blueprint {
  id: string;
  title: string;
  description: string;
  /** Whether it is for records of a table's stream. */
  stream: boolean;
  family: Family;
  /** It tells which records of a batch failed. */
  partial: boolean;
  code: string;
}

export const FROM_SCRATCH: Record<Family, string> = {
  python: `import json


def lambda_handler(event, context):
    return {"statusCode": 200, "body": json.dumps("Hello from Lambda!")}
`,
  nodejs: `export const handler = async (event) => {
  return { statusCode: 200, body: JSON.stringify("Hello from Lambda!") };
};
`,
  provided: `#!/bin/sh
# Takes one event after the other from Lambda's Runtime API, and answers with it.
set -eu
API="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
HEADERS="$(mktemp)"

while true; do
  EVENT="$(curl -sS -D "$HEADERS" "$API/next")"
  ID="$(grep -i '^lambda-runtime-aws-request-id:' "$HEADERS" | cut -d: -f2 | tr -d '[:space:]')"
  echo "Received event: $EVENT"
  printf '%s' "$EVENT" | curl -sS -o /dev/null --data-binary @- "$API/$ID/response"
done
`,
};

export const BLUEPRINTS: readonly Blueprint[] = [
  {
    id: "dynamodb-process-stream-python",
    title: "Process updates made to a DDB table",
    description: "Called with the changes of a DynamoDB table, as its stream has them. Prints each batch.",
    stream: true,
    partial: false,
    family: "python",
    code: `import json


def lambda_handler(event, context):
    print("Received event: " + json.dumps(event))
    for record in event["Records"]:
        print(record["eventName"], json.dumps(record["dynamodb"]["Keys"]))
    return "Successfully processed {} records.".format(len(event["Records"]))
`,
  },
  {
    id: "partial-batch-failures-python",
    title: "Process a batch and report what failed",
    description:
      "Called with the changes of a DynamoDB table. Names the first record that failed, so that those before it are not delivered again.",
    stream: true,
    partial: true,
    family: "python",
    code: `import json


def process(record):
    print(record["eventName"], json.dumps(record["dynamodb"]["Keys"]))


def lambda_handler(event, context):
    for record in event["Records"]:
        try:
            process(record)
        except Exception as error:
            number = record["dynamodb"]["SequenceNumber"]
            print(f"{number} failed: {error!r}")
            # Delivery goes on from here: what came before it is done.
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}
`,
  },
  {
    id: "hello-world-python",
    title: "Hello world",
    description: "Prints the values of its event and answers with the first.",
    stream: false,
    partial: false,
    family: "python",
    code: `import json


def lambda_handler(event, context):
    print("Received event: " + json.dumps(event))
    for name, value in event.items():
        print(f"{name} = {value}")
    return next(iter(event.values()), None)
`,
  },
  {
    id: "dynamodb-process-stream-nodejs",
    title: "Process updates made to a table, in Node.js",
    description: "Called with the changes of a DynamoDB table, as its stream has them. Prints each change.",
    stream: true,
    partial: false,
    family: "nodejs",
    code: `export const handler = async (event) => {
  for (const { eventName, dynamodb } of event.Records) {
    console.log(eventName, JSON.stringify(dynamodb.Keys));
  }
  return \`Successfully processed \${event.Records.length} records.\`;
};
`,
  },
  {
    id: "hello-world-nodejs",
    title: "Hello world, in Node.js",
    description: "Prints the values of its event and answers with the first.",
    stream: false,
    partial: false,
    family: "nodejs",
    code: `export const handler = async (event) => {
  console.log("Received event:", JSON.stringify(event));
  for (const [name, value] of Object.entries(event)) {
    console.log(\`\${name} = \${value}\`);
  }
  return Object.values(event)[0] ?? null;
};
`,
  },
  {
    id: "function-url-python",
    title: "A web page and a small API at the function's own URL",
    description: "Answers browsers with a page and /api with JSON. Give it a function URL once it is made.",
    stream: false,
    partial: false,
    family: "python",
    code: `import html
import json

PAGE = """<!doctype html>
<html lang="en">
<title>Hello</title>
<h1>Hello, {name}</h1>
<p>The same as JSON is at <a href="api">api</a>.</p>
"""


def lambda_handler(event, context):
    query = event.get("queryStringParameters") or {}
    name = query.get("name", "world")
    if event.get("rawPath", "/").rstrip("/").endswith("/api"):
        return answer("application/json", json.dumps({"hello": name}))
    return answer("text/html; charset=utf-8", PAGE.format(name=html.escape(name)))


def answer(content_type, body):
    return {"statusCode": 200, "headers": {"Content-Type": content_type}, "body": body}
`,
  },
];

export const STREAM_BLUEPRINT = "dynamodb-process-stream-python";

export const blueprint = (id: string | undefined): Blueprint | undefined =>
  BLUEPRINTS.find((one) => one.id === id);

/** Those whose name, title or description has every word of `text`. */
export function matching(text: string): Blueprint[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return BLUEPRINTS.filter(({ id, title, description }) => {
    const all = `${id} ${title} ${description}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
