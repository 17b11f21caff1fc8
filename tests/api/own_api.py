"""A trigger at work, and how to ask millrace's own API about it."""

import json
import urllib.error
import urllib.request
from typing import Any

from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace, stream_policy

HANDLER = """
def handle(event, context):
    if any(record["dynamodb"]["Keys"]["a"]["S"] == "poison" for record in event["Records"]):
        raise ValueError("poisoned")
    print("heard", len(event["Records"]))
"""


def answer(server: Millrace, method: str, path: str, body: bytes | None = None) -> tuple[int, Any]:
    request = urllib.request.Request(f"{server.url}/_millrace/{path}", data=body, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


class Mill:
    """A table `Grain`, a function `Stone`, and a trigger between them."""

    def __init__(self, server: Millrace) -> None:
        self.server = server
        self.dynamodb = server.client("dynamodb")
        made = self.dynamodb.create_table(
            TableName="Grain",
            AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        stream = made["TableDescription"]["LatestStreamArn"]
        self.functions = Functions(server)
        policy = stream_policy(stream)
        server.client("iam").put_role_policy(RoleName="functions", PolicyName="p", PolicyDocument=policy)
        self.functions.make("Stone", HANDLER)
        self.functions.make("Bystander", "def handle(event, context):\n    print('seen')\n")
        mapping = self.functions.lambda_.create_event_source_mapping(
            EventSourceArn=stream,
            FunctionName="Stone",
            StartingPosition="TRIM_HORIZON",
            BatchSize=10,
            MaximumRetryAttempts=50,
            FilterCriteria={"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
        )
        self.mapping: str = mapping["UUID"]

    def put(self, key: str) -> None:
        self.dynamodb.put_item(TableName="Grain", Item={"a": {"S": key}})

    def delete(self, key: str) -> None:
        self.dynamodb.delete_item(TableName="Grain", Key={"a": {"S": key}})
