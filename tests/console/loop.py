"""A table with a stream, a function and a trigger between them, in the region that the console opens with."""

import json
import secrets
import sys
from typing import Any

from tests.api.millrace_process import TRUST, Millrace, stream_policy, zipped

REGION = "us-east-1"
GOOD = """
def handle(event, context):
    print("heard", len(event["Records"]))
    return {"heard": len(event["Records"])}
"""
BROKEN = """
def handle(event, context):
    print("about to break")
    raise KeyError("a small mistake")
"""


class Loop:
    """Named anew each time, so that tests share a server."""

    def __init__(
        self, server: Millrace, source: str = GOOD, view: str = "NEW_AND_OLD_IMAGES", **keys: str
    ) -> None:
        mark = secrets.token_hex(3)
        self.table, self.function, self.role = f"Plays-{mark}", f"badges-{mark}", f"role-{mark}"
        self.server = server
        self.dynamodb = server.client("dynamodb", region_name=REGION, **keys)
        self.lambda_ = server.client("lambda", region_name=REGION, **keys)
        self.iam = server.client("iam", region_name=REGION, **keys)
        made = self.dynamodb.create_table(
            TableName=self.table,
            AttributeDefinitions=[{"AttributeName": "player", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "player", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
        )
        self.stream: str = made["TableDescription"]["LatestStreamArn"]
        role = self.iam.create_role(RoleName=self.role, AssumeRolePolicyDocument=TRUST)
        self.allow()
        self.lambda_.create_function(
            FunctionName=self.function,
            Runtime=f"python3.{sys.version_info.minor}",
            Role=role["Role"]["Arn"],
            Handler="handler.handle",
            Code={"ZipFile": zipped(source)},
            Timeout=20,
        )

    def allow(self) -> None:
        """Let the role read the stream and write logs."""
        document = stream_policy(self.stream)
        self.iam.put_role_policy(RoleName=self.role, PolicyName="stream-and-logs", PolicyDocument=document)

    def forbid(self) -> None:
        """Let the role write logs, and no more."""
        logs = json.loads(stream_policy(self.stream))["Statement"][1:]
        document = json.dumps({"Version": "2012-10-17", "Statement": logs})
        self.iam.put_role_policy(RoleName=self.role, PolicyName="stream-and-logs", PolicyDocument=document)

    def connect(self, **settings: Any) -> str:
        """Make the trigger; its UUID."""
        mapping = self.lambda_.create_event_source_mapping(
            EventSourceArn=self.stream,
            FunctionName=self.function,
            **{"StartingPosition": "TRIM_HORIZON", **settings},
        )
        uuid: str = mapping["UUID"]
        return uuid

    def repair(self, source: str = GOOD) -> None:
        self.lambda_.update_function_code(FunctionName=self.function, ZipFile=zipped(source))

    def put(self, player: str, **attributes: Any) -> None:
        self.dynamodb.put_item(TableName=self.table, Item={"player": {"S": player}, **attributes})

    def delete(self, player: str) -> None:
        self.dynamodb.delete_item(TableName=self.table, Key={"player": {"S": player}})
