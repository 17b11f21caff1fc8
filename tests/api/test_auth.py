"""`--auth`: only keys that millrace issued open it, and each opens what its policies say and no more."""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.api.millrace_process import ENVIRONMENT, TRUST, Millrace, zipped
from tests.api.raw_http import Caller

ACCOUNT = "000000000000"
TABLE = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/Open"
INVALID = "The security token included in the request is invalid."


class Closed(Millrace):
    """A server with `--auth`; `client` has the root's key."""

    @property
    def credentials_file(self) -> Path:
        return self.data / "root-credentials"

    def key(self) -> dict[str, str]:
        parser = ConfigParser()
        parser.read(self.credentials_file)
        return dict(parser["default"])

    def client(self, service: str, **arguments: Any) -> Any:
        return super().client(service, **{**self.key(), **arguments})


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    directory = tmp_path_factory.mktemp("auth")
    with Closed(directory / "data", "--auth", errors=directory / "errors") as server:
        for name in ("Open", "Shut"):
            server.client("dynamodb").create_table(
                TableName=name,
                AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
        yield server
        assert server.stop() == 0


def statement(effect: str, actions: str | list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Effect": effect, "Action": actions, "Resource": resource}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def user(closed: Closed, name: str, *statements: dict[str, Any]) -> dict[str, str]:
    """A new user's key, as a client's arguments."""
    iam = closed.client("iam")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document(*statements))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}


def denial(call: Any, **arguments: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    response = refused.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


# Who gets in.


def test_a_key_that_nobody_issued_opens_no_service(closed: Closed):
    unknown = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}

    def refused(service: str, operation: str) -> tuple[int, str, str]:
        return denial(getattr(closed.client(service, **unknown), operation))

    assert refused("dynamodb", "list_tables") == (400, "UnrecognizedClientException", INVALID)
    assert refused("dynamodbstreams", "list_streams") == (400, "UnrecognizedClientException", INVALID)
    assert refused("logs", "describe_log_groups") == (400, "UnrecognizedClientException", INVALID)
    assert refused("lambda", "list_functions") == (403, "UnrecognizedClientException", INVALID)
    assert refused("iam", "list_roles") == (403, "InvalidClientTokenId", INVALID)
    assert refused("sts", "get_caller_identity") == (403, "InvalidClientTokenId", INVALID)


def test_a_wrong_secret_for_the_roots_key_opens_nothing(closed: Closed):
    wrong = closed.client("dynamodb", aws_secret_access_key="guessed")

    assert denial(wrong.list_tables)[:2] == (400, "InvalidSignatureException")


@pytest.mark.parametrize(
    ("stamp", "words"), [("20170101T010101Z", "Signature expired"), ("30200101T010101Z", "not yet current")]
)
def test_the_time_of_a_signature_is_judged_before_its_key_and_blanks_part_it_like_commas(
    closed: Closed, stamp: str, words: str
):
    with Caller(closed.port) as caller:
        headers = {
            "host": f"127.0.0.1:{closed.port}",
            "x-amz-date": stamp,
            "x-amz-target": "DynamoDB_20120810.DescribeEndpoints",
            "authorization": "AWS4-HMAC-SHA256 Credential=nobody/2/3/4/aws4_request "
            "SignedHeaders=x-amz-date;host Signature=123",
        }
        answer = caller.send("POST", "/", b"{}", headers)

    assert answer.code == "InvalidSignatureException"
    assert words in answer.message


def test_the_roots_key_is_in_a_file_for_its_owner_alone_and_stock_clients_read_it(
    closed: Closed, monkeypatch: pytest.MonkeyPatch
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(closed.credentials_file))

    sts = boto3.session.Session().client("sts", endpoint_url=closed.url, region_name="eu-central-1")

    assert stat.S_IMODE(closed.credentials_file.stat().st_mode) == 0o600
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", closed.key()["aws_access_key_id"])


def test_the_roots_key_outlives_a_restart_and_its_file_is_made_safe_again(tmp_path: Path):
    server = Closed(tmp_path / "data", "--auth")
    server.start()
    first = server.key()
    server.stop()
    server.credentials_file.chmod(0o644)
    server.start()

    assert server.key() == first
    assert server.client("dynamodb").list_tables()["TableNames"] == []
    assert stat.S_IMODE(server.credentials_file.stat().st_mode) == 0o600
    server.stop()


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_secret_is_in_what_the_server_says(tmp_path: Path, options: list[str]):
    command = [sys.executable, "-m", "millrace", "serve", "--auth", "--port", "0", *options]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path / "data")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.terminate()
        said = first + process.stdout.read()
    text = (tmp_path / "data" / "root-credentials").read_text()
    secret = re.search(r"aws_secret_access_key = (\S+)", text)

    assert secret is not None
    assert secret[1] not in said
    assert options or "root-credentials" in said


def test_keys_that_were_switched_off_or_deleted_open_nothing(closed: Closed):
    arguments = user(closed, "leaver")
    iam = closed.client("iam")
    key = {"UserName": "leaver", "AccessKeyId": arguments["aws_access_key_id"]}
    identity = closed.client("sts", **arguments).get_caller_identity

    assert identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/leaver"
    iam.update_access_key(**key, Status="Inactive")
    assert denial(identity) == (403, "InvalidClientTokenId", INVALID)
    iam.update_access_key(**key, Status="Active")
    assert identity()["Account"] == ACCOUNT
    iam.delete_access_key(**key)
    assert denial(identity) == (403, "InvalidClientTokenId", INVALID)


# Who may do what.


def test_a_user_without_policies_may_ask_who_it_is_and_nothing_else(closed: Closed):
    arguments = user(closed, "nobody")
    arn = f"arn:aws:iam::{ACCOUNT}:user/nobody"

    def refused(service: str, operation: str, **params: Any) -> tuple[int, str, str]:
        return denial(getattr(closed.client(service, **arguments), operation), **params)

    def sentence(action: str, resource: str) -> str:
        return (
            f"User: {arn} is not authorized to perform: {action} on resource: {resource}"
            f" because no identity-based policy allows the {action} action"
        )

    assert closed.client("sts", **arguments).get_caller_identity()["Arn"] == arn
    assert refused("dynamodb", "get_item", TableName="Open", Key={"a": {"S": "x"}}) == (
        400,
        "AccessDeniedException",
        sentence("dynamodb:GetItem", TABLE),
    )
    assert refused("dynamodb", "list_tables") == (
        400,
        "AccessDeniedException",
        sentence("dynamodb:ListTables", f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/*"),
    )
    assert refused("lambda", "invoke", FunctionName="Any") == (
        403,
        "AccessDeniedException",
        sentence("lambda:InvokeFunction", f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:Any"),
    )
    assert refused("iam", "get_role", RoleName="Any") == (
        403,
        "AccessDenied",
        sentence("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/Any"),
    )
    assert refused("logs", "describe_log_groups")[:2] == (400, "AccessDeniedException")


def test_a_user_may_do_exactly_what_its_policy_allows(closed: Closed):
    arguments = user(closed, "writer", statement("Allow", ["dynamodb:PutItem", "dynamodb:GetItem"], TABLE))
    dynamodb = closed.client("dynamodb", **arguments)
    item = {"a": {"S": "x"}}

    dynamodb.put_item(TableName="Open", Item=item)
    assert dynamodb.get_item(TableName="Open", Key=item)["Item"] == item
    for call, params in (
        (dynamodb.put_item, {"TableName": "Shut", "Item": item}),
        (dynamodb.delete_item, {"TableName": "Open", "Key": item}),
        (dynamodb.scan, {"TableName": "Open"}),
        (dynamodb.delete_table, {"TableName": "Open"}),
        (dynamodb.batch_write_item, {"RequestItems": {"Open": [{"PutRequest": {"Item": item}}]}}),
        (
            dynamodb.create_table,
            {
                "TableName": "Mine",
                "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        ),
    ):
        assert denial(call, **params)[:2] == (400, "AccessDeniedException")


def test_a_denied_user_does_not_learn_what_is_there(closed: Closed):
    dynamodb = closed.client("dynamodb", **user(closed, "curious"))

    there = denial(dynamodb.describe_table, TableName="Shut")
    nowhere = denial(dynamodb.describe_table, TableName="Nowhere")

    assert (there[1], there[2].replace("Shut", "Nowhere")) == nowhere[1:]


def test_code_in_a_bucket_is_only_for_those_who_may_read_it(closed: Closed):
    here = {"LocationConstraint": "eu-central-1"}
    closed.client("s3").create_bucket(Bucket="secret-code", CreateBucketConfiguration=here)
    closed.client("s3").put_object(Bucket="secret-code", Key="a/code.zip", Body=zipped("SECRET = 1"))
    anna = closed.client("lambda", **user(closed, "reader", statement("Allow", "lambda:*", "*")))
    content = {"S3Bucket": "secret-code", "S3Key": "a/code.zip"}

    status, code, message = denial(anna.publish_layer_version, LayerName="mine", Content=content)

    assert (status, code) == (403, "AccessDeniedException")
    assert "s3:GetObject on resource: arn:aws:s3:::secret-code/a/code.zip" in message


def test_an_explicit_denial_wins_and_says_so(closed: Closed):
    arguments = user(
        closed, "half", statement("Allow", "dynamodb:*", "*"), statement("Deny", "dynamodb:DeleteItem", TABLE)
    )
    dynamodb = closed.client("dynamodb", **arguments)

    dynamodb.put_item(TableName="Open", Item={"a": {"S": "kept"}})

    assert denial(dynamodb.delete_item, TableName="Open", Key={"a": {"S": "kept"}}) == (
        400,
        "AccessDeniedException",
        f"User: arn:aws:iam::{ACCOUNT}:user/half is not authorized to perform: dynamodb:DeleteItem on resource: "
        f"{TABLE} with an explicit deny in an identity-based policy",
    )


def test_a_transaction_needs_what_each_of_its_parts_needs(closed: Closed):
    arguments = user(closed, "transactor", statement("Allow", "dynamodb:PutItem", TABLE))
    dynamodb = closed.client("dynamodb", **arguments)
    put = {"Put": {"TableName": "Open", "Item": {"a": {"S": "put"}}}}
    checked = {
        "TableName": "Open",
        "Key": {"a": {"S": "b"}},
        "ConditionExpression": "attribute_not_exists(a)",
    }

    dynamodb.transact_write_items(TransactItems=[put])
    code, error, message = denial(
        dynamodb.transact_write_items, TransactItems=[put, {"ConditionCheck": checked}]
    )
    assert (code, error) == (400, "AccessDeniedException")
    assert f"is not authorized to perform: dynamodb:ConditionCheckItem on resource: {TABLE}" in message


def test_a_policy_may_tell_transactions_from_single_writes(closed: Closed):
    within = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}}
    allowed = {**statement("Allow", "dynamodb:PutItem", TABLE), "Condition": within}
    dynamodb = closed.client("dynamodb", **user(closed, "only-transactions", allowed))
    item = {"TableName": "Open", "Item": {"a": {"S": "together"}}}

    dynamodb.transact_write_items(TransactItems=[{"Put": item}])
    assert denial(dynamodb.put_item, **item)[:2] == (400, "AccessDeniedException")


def test_policies_speak_of_the_region_the_address_and_the_transport_of_a_request(closed: Closed):
    everything = statement("Allow", "dynamodb:*", "*")
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}
    overheard = {"Bool": {"aws:SecureTransport": "false"}}
    foreign = {"NotIpAddress": {"aws:SourceIp": ["127.0.0.0/8", "::1/128"]}}
    guards = [
        {**statement("Deny", "*", "*"), "Condition": condition}
        for condition in (elsewhere, overheard, foreign)
    ]
    arguments = user(closed, "at-home", everything, *guards)

    assert "Open" in closed.client("dynamodb", **arguments).list_tables()["TableNames"]
    away = closed.client("dynamodb", **arguments, region_name="us-east-1")
    assert denial(away.list_tables)[1] == "AccessDeniedException"


def test_a_changed_policy_acts_on_the_next_request(closed: Closed):
    arguments = user(closed, "changing")
    dynamodb, iam = closed.client("dynamodb", **arguments), closed.client("iam")

    assert denial(dynamodb.describe_table, TableName="Open")[1] == "AccessDeniedException"
    allowed = document(statement("Allow", "dynamodb:DescribeTable", TABLE))
    iam.put_user_policy(UserName="changing", PolicyName="now", PolicyDocument=allowed)
    assert dynamodb.describe_table(TableName="Open")["Table"]["TableArn"] == TABLE
    iam.delete_user_policy(UserName="changing", PolicyName="now")
    assert denial(dynamodb.describe_table, TableName="Open")[1] == "AccessDeniedException"


def test_nobody_gives_themselves_more_than_they_have(closed: Closed):
    iam = closed.client("iam", **user(closed, "climber", statement("Allow", "dynamodb:GetItem", "*")))
    everything = document(statement("Allow", "*", "*"))

    for call, params in (
        (iam.put_user_policy, {"UserName": "climber", "PolicyName": "all", "PolicyDocument": everything}),
        (iam.create_access_key, {"UserName": "climber"}),
        (iam.create_user, {"UserName": "helper"}),
        (iam.create_role, {"RoleName": "top", "AssumeRolePolicyDocument": TRUST}),
    ):
        assert denial(call, **params)[:2] == (403, "AccessDenied")


def test_a_function_acts_as_its_role_and_reaches_the_server_with_its_own_key(closed: Closed):
    iam, lambda_ = closed.client("iam"), closed.client("lambda")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    allowed = document(statement("Allow", "dynamodb:Scan", TABLE))
    iam.put_role_policy(RoleName="reader", PolicyName="scan", PolicyDocument=allowed)
    source = """
import boto3

def handle(event, context):
    dynamodb = boto3.client("dynamodb")
    dynamodb.scan(TableName="Open")
    try:
        dynamodb.scan(TableName="Shut")
    except dynamodb.exceptions.ClientError as error:
        return error.response["Error"]["Message"]
"""
    lambda_.create_function(
        FunctionName="Reader",
        Runtime=f"python3.{sys.version_info.minor}",
        Role=role,
        Handler="handler.handle",
        Code={"ZipFile": zipped(source)},
        Timeout=20,
    )

    answer = json.load(lambda_.invoke(FunctionName="Reader")["Payload"])

    assert answer == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/reader/Reader is not authorized to perform: dynamodb:Scan on "
        f"resource: {TABLE.replace('Open', 'Shut')} because no identity-based policy allows the dynamodb:Scan action"
    )


# What is not AWS's.

OWN = [
    ("GET", "deliveries"),
    ("GET", "denials"),
    ("GET", "journey"),
    ("GET", "status"),
    ("GET", "clock"),
    ("POST", "clock"),
    ("POST", "idle"),
    ("GET", "tail"),
]


@pytest.mark.parametrize(("method", "path"), OWN)
def test_millraces_own_api_is_for_the_root_alone(closed: Closed, method: str, path: str):
    everything = user(closed, f"user-{method}-{path}", statement("Allow", "*", "*"))
    signing = {"key": everything["aws_access_key_id"], "secret": everything["aws_secret_access_key"]}
    with Caller(closed.port, service="millrace") as caller:
        host = {"host": f"127.0.0.1:{closed.port}"}
        unsigned = caller.send(method, f"/_millrace/{path}", b"", host)
        unknown = caller.call(method, f"/_millrace/{path}", b"", {})
        not_root = caller.call(method, f"/_millrace/{path}", b"", {}, **signing)

    assert (unsigned.status, unsigned.code) == (400, "MissingAuthenticationTokenException")
    assert (unknown.status, unknown.code) == (400, "UnrecognizedClientException")
    assert (not_root.status, not_root.code) == (403, "AccessDeniedException")


def test_the_commands_sign_with_the_credentials_that_aws_clients_would_use(closed: Closed):
    def status(**variables: str) -> subprocess.CompletedProcess[str]:
        kept = {
            k: v for k, v in ENVIRONMENT.items() if k not in {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
        }
        return subprocess.run(
            [sys.executable, "-m", "millrace", "status", "--json", "--endpoint", closed.url],
            env={**kept, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    root = status(AWS_SHARED_CREDENTIALS_FILE=str(closed.credentials_file))
    anyone = status()

    assert (root.returncode, root.stderr) == (0, "")
    assert json.loads(root.stdout)["mappings"] == []
    assert (anyone.returncode, anyone.stdout) == (1, "")
    assert anyone.stderr == f"Error: {INVALID}\n"


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.1", "millrace.example"]
)  # the last two are nobody's
def test_an_address_that_others_reach_is_refused_without_auth(tmp_path: Path, host: str):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "millrace",
            "serve",
            "--port",
            "0",
            "--host",
            host,
            "--data",
            str(tmp_path / "data"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"millrace: {host} can be reached from other machines: add --auth, so that only access keys that millrace"
        " issued open it, or listen on 127.0.0.1\n"
    )
    assert not (tmp_path / "data").exists()


def test_with_auth_it_listens_everywhere_and_takes_any_name_but_no_other_origin(tmp_path: Path):
    server = Closed(tmp_path / "data", "--auth", "--host", "0.0.0.0")
    server.start()
    key = server.key()
    signing = {"key": key["aws_access_key_id"], "secret": key["aws_secret_access_key"], "service": "dynamodb"}
    target = {"x-amz-target": "DynamoDB_20120810.ListTables", "host": "millrace.example"}
    with Caller(server.port, **signing) as caller:
        named = caller.call("POST", "/", b"{}", target)
        foreign = caller.call("POST", "/", b"{}", target | {"origin": "http://other.example"})
    server.stop()

    assert (named.status, named.body) == (200, b'{"TableNames":[]}')
    assert (foreign.status, foreign.code) == (403, "ForeignOrigin")


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])  # boto3 presigns in two ways
def test_an_address_to_put_an_object_makes_no_copy_of_another(closed: Closed, region: str):
    s3 = closed.client("s3", region_name=region)
    constraint = {} if region == "us-east-1" else {"LocationConstraint": region}
    bucket = f"presigned-{region}"
    s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": constraint} if constraint else {}))
    s3.put_object(Bucket=bucket, Key="secret", Body=b"secret")
    address = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "drop"})
    headers = {"x-amz-copy-source": f"/{bucket}/secret"}
    with pytest.raises(HTTPError) as refusal:
        urlopen(Request(address, method="PUT", headers=headers))

    refusal.value.close()
    assert refusal.value.code == 403
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
