"""Function URLs and resource policies with `--auth`: who may ask is what policies say, and nothing else."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from tests.api.functions_process import Functions
from tests.api.raw_http import Answer, Line, sign, written
from tests.api.test_auth import Closed, statement, user

REGION = "eu-central-1"
ACCOUNT = "000000000000"
ECHO = "def handle(event, context): return event['requestContext']"
INVOKE_URL = "lambda:InvokeFunctionUrl"


class Desk:
    """Functions on a closed server, and requests to their URLs."""

    def __init__(self, server: Closed) -> None:
        self.server = server
        self.functions = Functions(server)  # pyright: ignore[reportArgumentType]
        self.lambda_ = self.functions.lambda_

    def open(self, name: str, auth_type: str) -> str:
        """The target of a new function's URL."""
        self.functions.make(name, ECHO)
        made = self.lambda_.create_function_url_config(FunctionName=name, AuthType=auth_type)
        return urlsplit(made["FunctionUrl"]).path

    def allow(self, name: str, principal: str, action: str = INVOKE_URL, **more: str) -> None:
        self.lambda_.add_permission(
            FunctionName=name, StatementId="allowed", Action=action, Principal=principal, **more
        )

    def ask(self, target: str, key: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        headers = {"host": f"127.0.0.1:{self.server.port}"}
        if key is not None:
            headers = sign(
                "POST",
                target,
                body,
                headers,
                service="lambda",
                key=key["aws_access_key_id"],
                secret=key["aws_secret_access_key"],
                token=key.get("aws_session_token"),
            )
        with Line(self.server.port) as line:
            answer = line.send(written("POST", target, headers, body)).answer()
        assert answer is not None
        return answer


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    server = Closed(tmp_path_factory.mktemp("urls") / "data", "--auth")
    try:
        yield Desk(server.start())  # pyright: ignore[reportArgumentType]
        assert server.stop() == 0
    finally:
        server.close()


def arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def test_a_public_url_answers_anyone_and_nothing_else_does(desk: Desk):
    target = desk.open("public", "NONE")
    assert desk.ask(target).status == 403
    desk.allow("public", "*", FunctionUrlAuthType="NONE")

    answer = desk.ask(target)
    assert (answer.status, answer.data["accountId"]) == (200, "anonymous")
    assert desk.ask("/_millrace/status").code == "MissingAuthenticationTokenException"


def test_an_iam_url_answers_whom_its_own_policy_allows(desk: Desk):
    target = desk.open("own", "AWS_IAM")
    allowed = user(desk.server, "own-allowed", statement("Allow", INVOKE_URL, arn("own")))
    elsewhere = user(desk.server, "own-elsewhere", statement("Allow", INVOKE_URL, arn("other")))
    nobody = user(desk.server, "own-nobody")

    answer = desk.ask(target, allowed, b"hello")
    assert answer.status == 200
    iam = answer.data["authorizer"]["iam"]
    assert iam["userArn"] == f"arn:aws:iam::{ACCOUNT}:user/own-allowed"
    assert (iam["accountId"], iam["accessKey"]) == (ACCOUNT, allowed["aws_access_key_id"])
    assert answer.data["accountId"] == ACCOUNT
    for key in (None, elsewhere, nobody):
        refused = desk.ask(target, key)
        assert (refused.status, refused.code) == (403, "AccessDeniedException")
        assert refused.data["Message"].startswith("Forbidden. For troubleshooting")


def test_an_iam_url_answers_whom_the_functions_policy_names(desk: Desk):
    target = desk.open("named", "AWS_IAM")
    ada, eve = user(desk.server, "named-ada"), user(desk.server, "named-eve")
    desk.allow("named", f"arn:aws:iam::{ACCOUNT}:user/named-ada", FunctionUrlAuthType="AWS_IAM")

    assert desk.ask(target, ada).status == 200
    assert desk.ask(target, eve).status == 403


def test_a_policy_that_names_the_account_leaves_it_to_the_users_own(desk: Desk):
    target = desk.open("account", "AWS_IAM")
    silent = user(desk.server, "account-silent")
    desk.allow("account", ACCOUNT, FunctionUrlAuthType="AWS_IAM")

    assert desk.ask(target, silent).status == 403


@pytest.mark.parametrize("action", [INVOKE_URL, "lambda:InvokeFunction"])
def test_a_deny_is_heeded_whatever_else_allows(desk: Desk, action: str):
    name = f"denied-{action.rpartition(':')[2]}"
    target = desk.open(name, "AWS_IAM")
    key = user(desk.server, name, statement("Allow", "lambda:*", "*"), statement("Deny", action, arn(name)))
    desk.allow(name, "*", FunctionUrlAuthType="AWS_IAM")

    assert desk.ask(target, key).status == 403


def test_a_wrong_or_unknown_signature_opens_nothing(desk: Desk):
    target = desk.open("guarded", "AWS_IAM")
    desk.allow("guarded", "*", FunctionUrlAuthType="AWS_IAM")
    key = user(desk.server, "guarded")

    unknown = desk.ask(target, {"aws_access_key_id": "test", "aws_secret_access_key": "test"})
    wrong = desk.ask(target, {**key, "aws_secret_access_key": "wrong"})
    assert (unknown.status, unknown.code) == (403, "UnrecognizedClientException")
    assert (wrong.status, wrong.code) == (403, "InvalidSignatureException")
    assert desk.ask(target, key).status == 200


def test_a_functions_role_may_ask_another_functions_url(desk: Desk):
    target = desk.open("callee", "AWS_IAM")
    desk.allow("callee", desk.functions.role, FunctionUrlAuthType="AWS_IAM")
    source = """
import os
def handle(event, context):
    return [os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
"""
    key, secret, token = desk.functions.invoke(desk.functions.make("caller", source)).payload

    session = {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}
    answer = desk.ask(target, session)
    assert answer.status == 200
    assert ":assumed-role/functions/" in answer.data["authorizer"]["iam"]["userArn"]


def test_a_functions_policy_lets_a_user_invoke_it(desk: Desk):
    name = desk.functions.make("invoked", ECHO.replace("event['requestContext']", "'done'"))
    key = user(desk.server, "invoker")
    client = desk.server.client("lambda", **key)

    with pytest.raises(ClientError) as refused:
        client.invoke(FunctionName=name)
    assert refused.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": f"User: arn:aws:iam::{ACCOUNT}:user/invoker is not authorized to perform: lambda:InvokeFunction "
        f"on resource: {arn(name)} because no identity-based policy allows the lambda:InvokeFunction action",
    }
    desk.allow(name, f"arn:aws:iam::{ACCOUNT}:user/invoker", "lambda:InvokeFunction")
    assert json.load(client.invoke(FunctionName=name)["Payload"]) == "done"
    with pytest.raises(ClientError):
        client.get_function(FunctionName=name)
    with pytest.raises(ClientError):
        client.list_functions()


def test_policies_can_forbid_public_urls(desk: Desk):
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html#urls-governance"""
    name = desk.functions.make("governed", ECHO)
    no_public = {
        **statement("Deny", ["lambda:CreateFunctionUrlConfig", "lambda:AddPermission"], "*"),
        "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    }
    key = user(desk.server, "governed", statement("Allow", "lambda:*", "*"), no_public)
    client = desk.server.client("lambda", **key)

    with pytest.raises(ClientError, match="explicit deny"):
        client.create_function_url_config(FunctionName=name, AuthType="NONE")
    with pytest.raises(ClientError, match="explicit deny"):
        client.add_permission(
            FunctionName=name, StatementId="s", Action=INVOKE_URL, Principal="*", FunctionUrlAuthType="NONE"
        )
    client.create_function_url_config(FunctionName=name, AuthType="AWS_IAM")


def test_a_condition_on_the_auth_type_holds(desk: Desk):
    target = desk.open("typed", "AWS_IAM")
    condition = {"Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}}
    right = user(desk.server, "typed-right", {**statement("Allow", INVOKE_URL, "*"), **condition})
    address = {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    away = user(desk.server, "typed-away", {**statement("Allow", INVOKE_URL, "*"), **address})

    assert desk.ask(target, right).status == 200
    assert desk.ask(target, away).status == 403
