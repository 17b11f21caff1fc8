"""The demo's scenario: a record is written, a function runs because of it, its log shows it.

Every step is an ordinary boto3 call, and every step may find its work done already: the demo goes on
with what an earlier one left.
"""

import io
import json
import sys
import zipfile
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

TABLE = "JansTable"
FUNCTION = "JansFunction"
ROLE = "JansRole"
# The interpreter that is surely here.
RUNTIME = f"python3.{sys.version_info.minor}"
KEY = {"JansPartition": {"S": "hello world"}}

HANDLER = """\
import json


def lambda_handler(event, context):
    print("Received event: " + json.dumps(event))
    return "Successfully processed {} records.".format(len(event["Records"]))
"""

BROKEN_HANDLER = """\
def lambda_handler(event, context):
    raise ValueError("a small mistake in the lambda code")
"""


def package(source: str) -> bytes:
    """A deployment package with the one file `handler.py`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", source)
    return buffer.getvalue()


def trust_policy() -> str:
    """Lambda may act as the role."""
    principal = {"Service": "lambda.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def stream_policy(stream_arn: str) -> str:
    """The four reads of this stream, and writing logs."""
    reads = [
        f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    ]
    logs = [f"logs:{name}" for name in ("CreateLogGroup", "CreateLogStream", "PutLogEvents")]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": reads, "Resource": [stream_arn]},
                {"Effect": "Allow", "Action": logs, "Resource": "*"},
            ],
        }
    )


# boto3's own pause is of 20 seconds.
EVERY_SECOND = {"Delay": 1, "MaxAttempts": 120}


@dataclass(frozen=True, slots=True)
class Made:
    """What a step gave, and whether it was there before."""

    name: str
    existed: bool


class Scenario:
    """The steps, against one endpoint."""

    def __init__(self, settings: dict[str, str]) -> None:
        session: Any = boto3.session.Session()  # the typed clients are a development dependency
        self._dynamodb: Any = session.client("dynamodb", **settings)
        self._lambda: Any = session.client("lambda", **settings)
        self._iam: Any = session.client("iam", **settings)

    def create_table(self) -> Made:
        """The table, without a stream at first, as the article has it; active, if that takes its time."""
        existed = False
        try:
            self._dynamodb.create_table(
                TableName=TABLE,
                AttributeDefinitions=[{"AttributeName": "JansPartition", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "JansPartition", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
        except ClientError as error:
            existed = _existed(error, "ResourceInUseException")
        self._dynamodb.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig=EVERY_SECOND)
        return Made(TABLE, existed)

    def turn_stream_on(self) -> Made:
        """The stream's ARN; it is turned on when it was not."""
        table = self._dynamodb.describe_table(TableName=TABLE)["Table"]
        if table.get("StreamSpecification", {}).get("StreamEnabled"):
            return Made(table["LatestStreamArn"], existed=True)
        view = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        answer = self._dynamodb.update_table(TableName=TABLE, StreamSpecification=view)
        return Made(answer["TableDescription"]["LatestStreamArn"], existed=False)

    def create_role(self, stream_arn: str) -> Made:
        """The role that may read this stream and write logs."""
        existed = False
        try:
            self._iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust_policy())
        except ClientError as error:
            existed = _existed(error, "EntityAlreadyExists")
        self._iam.put_role_policy(
            RoleName=ROLE, PolicyName="read-the-stream", PolicyDocument=stream_policy(stream_arn)
        )
        return Made(self._iam.get_role(RoleName=ROLE)["Role"]["Arn"], existed)

    def create_function(self, role_arn: str) -> Made:
        """The function with the code that works."""
        try:
            self._lambda.create_function(
                FunctionName=FUNCTION,
                Runtime=RUNTIME,
                Role=role_arn,
                Handler="handler.lambda_handler",
                Code={"ZipFile": package(HANDLER)},
            )
        except ClientError as error:
            existed = _existed(error, "ResourceConflictException")
            self.replace_code(HANDLER)
            return Made(FUNCTION, existed)
        self._lambda.get_waiter("function_active_v2").wait(FunctionName=FUNCTION)
        return Made(FUNCTION, existed=False)

    def create_mapping(self, stream_arn: str) -> Made:
        """The trigger: from now on the stream's changes reach the function."""
        found = self._lambda.list_event_source_mappings(EventSourceArn=stream_arn, FunctionName=FUNCTION)
        if found["EventSourceMappings"]:
            return Made(found["EventSourceMappings"][0]["UUID"], existed=True)
        mapping = self._lambda.create_event_source_mapping(
            EventSourceArn=stream_arn, FunctionName=FUNCTION, StartingPosition="TRIM_HORIZON"
        )
        return Made(mapping["UUID"], existed=False)

    def replace_code(self, source: str) -> None:
        """UpdateFunctionCode."""
        self._lambda.update_function_code(FunctionName=FUNCTION, ZipFile=package(source))

    def put(self, value: str) -> None:
        """One record."""
        self._dynamodb.put_item(TableName=TABLE, Item={"JansPartition": {"S": value}})

    def update(self) -> None:
        """More data for the record `hello world`."""
        self._dynamodb.update_item(
            TableName=TABLE,
            Key=KEY,
            UpdateExpression="SET moreData = :more",
            ExpressionAttributeValues={":more": {"S": "hello again"}},
        )

    def delete(self, value: str) -> None:
        """Take a record out."""
        self._dynamodb.delete_item(TableName=TABLE, Key={"JansPartition": {"S": value}})


def _existed(error: ClientError, code: str) -> bool:
    """Whether the step failed because its work is done; any other failure goes on its way."""
    if error.response.get("Error", {}).get("Code") != code:
        raise error
    return True
