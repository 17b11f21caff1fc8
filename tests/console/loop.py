"""A table with a stream, a function and a trigger between them."""

import json
import secrets
from typing import Any

from tests.api.millrace_process import Millrace, stream_policy, zipped
from tests.console.setting import Account, client_of, described, function_of, table_of, trigger_of

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
        self.table, self.function = f"Plays-{mark}", f"badges-{mark}"
        self.role = f"{self.function}-role"
        self.server = server
        self.account = Account(server, keys)
        self.iam = client_of(self.account, "iam")
        self.dynamodb = table_of(self.account, self.table, key="player", view=view)
        self.stream: str = described(self.account, self.table)["LatestStreamArn"]
        self.lambda_ = function_of(self.account, self.function, source, handler="handler.handle")
        self.allow()

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
        return trigger_of(self.account, self.table, self.function, **settings)

    def repair(self, source: str = GOOD) -> None:
        self.lambda_.update_function_code(FunctionName=self.function, ZipFile=zipped(source))

    def put(self, player: str, **attributes: Any) -> None:
        self.dynamodb.put_item(TableName=self.table, Item={"player": {"S": player}, **attributes})

    def delete(self, player: str) -> None:
        self.dynamodb.delete_item(TableName=self.table, Key={"player": {"S": player}})
