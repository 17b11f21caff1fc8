"""What is there before a screen is opened, made as any client makes it, in the region that the console opens with."""

import json
from typing import Any, Protocol

from tests.api.millrace_process import HANDLER, TRUST, stream_policy, zipped

REGION = "us-east-1"
MAY_LOG: dict[str, Any] = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}


class Clients(Protocol):
    """What makes clients: a server, or an account of it."""

    def client(self, service: str, **settings: Any) -> Any: ...


class Account:
    """A server as those see it who have these keys."""

    def __init__(self, server: Clients, keys: dict[str, str]) -> None:
        self._server = server
        self._keys = keys

    def client(self, service: str, **settings: Any) -> Any:
        return self._server.client(service, **self._keys, **settings)


def client_of(server: Clients, service: str, region: str = REGION) -> Any:
    return server.client(service, region_name=region)


def table_of(
    server: Clients,
    name: str,
    *,
    key: str = "id",
    view: str | None = None,
    region: str = REGION,
    **more: Any,
) -> Any:
    """Makes a table whose key is a text, with a stream if a view is named; the client that made it."""
    dynamodb = client_of(server, "dynamodb", region)
    if view is not None:
        more["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    return dynamodb


def described(server: Clients, name: str) -> Any:
    return client_of(server, "dynamodb").describe_table(TableName=name)["Table"]


def role_of(server: Clients, name: str, **policies: list[dict[str, Any]]) -> str:
    """Makes a role for functions, with inline policies of these statements; its ARN."""
    iam = client_of(server, "iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Description="For a test")
    for policy, statements in policies.items():
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)
    arn: str = made["Role"]["Arn"]
    return arn


def function_of(
    server: Clients, name: str, source: str = HANDLER, *, handler: str = "lambda_function.lambda_handler"
) -> Any:
    """Makes a function that may write logs, and its role NAME-role; the client that made it."""
    lambda_ = client_of(server, "lambda")
    lambda_.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role_of(server, f"{name}-role", logs=[MAY_LOG]),
        Handler=handler,
        Code={"ZipFile": zipped(source, f"{handler.split('.', maxsplit=1)[0]}.py")},
        Timeout=20,
    )
    return lambda_


def trigger_of(server: Clients, table: str, function: str, **settings: Any) -> str:
    """Lets the function's role read the table's stream, and connects the two; the trigger's UUID."""
    stream = described(server, table)["LatestStreamArn"]
    client_of(server, "iam").put_role_policy(
        RoleName=f"{function}-role", PolicyName="stream-and-logs", PolicyDocument=stream_policy(stream)
    )
    mapping = client_of(server, "lambda").create_event_source_mapping(
        EventSourceArn=stream,
        FunctionName=function,
        **{"StartingPosition": "TRIM_HORIZON", **settings},
    )
    uuid: str = mapping["UUID"]
    return uuid


def with_trigger(server: Clients, table: str, function: str) -> Any:
    """Makes a table whose stream runs a new function; the table's client."""
    dynamodb = table_of(server, table, view="NEW_AND_OLD_IMAGES")
    function_of(server, function)
    trigger_of(server, table, function)
    return dynamodb
