/** Functions to start from. */

interface Blueprint {
  id: string;
  title: string;
  description: string;
  /** Whether it is for records of a table's stream. */
  stream: boolean;
  /** It tells which records of a batch failed. */
  partial: boolean;
  code: string;
}

export const FROM_SCRATCH = `import json


def lambda_handler(event, context):
    return {"statusCode": 200, "body": json.dumps("Hello from Lambda!")}
`;

export const BLUEPRINTS: readonly Blueprint[] = [
  {
    id: "dynamodb-process-stream-python",
    title: "Process updates made to a DDB table",
    description: "Called with the changes of a DynamoDB table, as its stream has them. Prints each batch.",
    stream: true,
    partial: false,
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
    code: `import json


def lambda_handler(event, context):
    print("Received event: " + json.dumps(event))
    for name, value in event.items():
        print(f"{name} = {value}")
    return next(iter(event.values()), None)
`,
  },
  {
    id: "function-url-python",
    title: "A web page and a small API at the function's own URL",
    description: "Answers browsers with a page and /api with JSON. Give it a function URL once it is made.",
    stream: false,
    partial: false,
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
