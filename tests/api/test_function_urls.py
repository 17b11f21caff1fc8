"""Function URLs on a real server: operations through boto3, requests through plain HTTP."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace
from tests.api.raw_http import Answer, Line, sign, written

ACCOUNT = "000000000000"
REGION = "eu-central-1"
ECHO = """
def handle(event, context):
    return {"statusCode": 200, "body": {"event": event, "request_id": context.aws_request_id}}
"""
SAY = """
import json
def handle(event, context):
    return json.loads(event["body"])
"""
FORBIDDEN = {
    "Message": "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
}
GONE = "The resource you requested does not exist."


class Desk:
    """Makes functions with URLs on one server and asks them, in both forms."""

    def __init__(self, server: Millrace) -> None:
        self.server = server
        self.functions = Functions(server)
        self.lambda_ = self.functions.lambda_

    def open(self, name: str, source: str = ECHO, *, public: bool = True, **settings: Any) -> str:
        """A function with a URL; its id."""
        self.functions.make(name, source)
        made = self.lambda_.create_function_url_config(FunctionName=name, **{"AuthType": "NONE", **settings})
        if public:
            self.publish(name)
        return url_id(made)

    def publish(self, name: str) -> None:
        self.lambda_.add_permission(
            FunctionName=name,
            StatementId="public",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )

    def ask(
        self, url: str, method: str = "GET", path: str = "/", body: bytes = b"", **headers: str
    ) -> Answer:
        """Through the path form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"host": f"127.0.0.1:{self.server.port}", **named}
        return self.send(written(method, f"/_millrace/url/{url}{path}", given, body))

    def ask_host(
        self, url: str, method: str = "GET", path: str = "/", body: bytes = b"", **headers: str
    ) -> Answer:
        """Through the host form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(written(method, path, {"host": self.host(url), **named}, body))

    def host(self, url: str) -> str:
        return f"{url}.lambda-url.{REGION}.localhost:{self.server.port}"

    def say(self, url: str, answer: Any) -> Answer:
        """What a client gets when the function answers this."""
        return self.ask(url, "POST", body=json.dumps(answer).encode(), content_type="application/json")

    def send(self, data: bytes) -> Answer:
        with Line(self.server.port) as line:
            answer = line.send(data).answer()
        assert answer is not None
        return answer


def url_id(config: Any) -> str:
    found = re.fullmatch(r"http://127\.0\.0\.1:\d+/_millrace/url/([a-z0-9]{32})/", config["FunctionUrl"])
    assert found, config["FunctionUrl"]
    return found[1]


@pytest.fixture(scope="module")
def desk(server: Millrace) -> Iterator[Desk]:
    return Desk(server)


@pytest.fixture(scope="module")
def echo(desk: Desk) -> str:
    return desk.open("echo")


@pytest.fixture(scope="module")
def say(desk: Desk) -> str:
    return desk.open("say", SAY)


def refused(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    error = refusal.value.response["Error"]
    return error["Code"], error["Message"]


def shown(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


# The operations.


def test_a_url_lives_from_create_to_delete_as_on_aws(desk: Desk):
    name = desk.functions.make("life", ECHO)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    lambda_ = desk.lambda_

    made = lambda_.create_function_url_config(FunctionName=name, AuthType="NONE")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert shown(made).keys() == {"AuthType", "CreationTime", "FunctionArn", "FunctionUrl"}
    assert (made["AuthType"], made["FunctionArn"]) == ("NONE", arn)
    assert refused(lambda_.create_function_url_config, FunctionName=name, AuthType="NONE") == (
        "ResourceConflictException",
        f"Failed to create function url config for [functionArn = {arn}]. "
        "Error message:  FunctionUrlConfig exists for this Lambda function",
    )
    got = shown(lambda_.get_function_url_config(FunctionName=name))
    assert got == {**shown(made), "InvokeMode": "BUFFERED", "LastModifiedTime": got["LastModifiedTime"]}
    assert lambda_.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"] == [got]
    cors = {"AllowOrigins": ["https://a.example"], "MaxAge": 5}
    changed = lambda_.update_function_url_config(FunctionName=name, AuthType="AWS_IAM", Cors=cors)
    assert (changed["AuthType"], changed["Cors"], changed["FunctionUrl"]) == (
        "AWS_IAM",
        cors,
        made["FunctionUrl"],
    )
    deleted = lambda_.delete_function_url_config(FunctionName=name)
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert lambda_.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"] == []
    assert desk.ask(url_id(made)).status == 403


def test_every_member_of_cors_is_kept(desk: Desk):
    cors = {
        "AllowCredentials": True,
        "AllowHeaders": ["x-a"],
        "AllowMethods": ["GET", "*"],
        "AllowOrigins": ["https://a.example"],
        "ExposeHeaders": ["x-b"],
        "MaxAge": 86400,
    }
    desk.open("members", Cors=cors, InvokeMode="BUFFERED")

    assert desk.lambda_.get_function_url_config(FunctionName="members")["Cors"] == cors


def test_what_is_not_there_is_not_found_in_awss_words(desk: Desk):
    lambda_ = desk.lambda_
    name = desk.functions.make("bare", ECHO)
    no_function = ("ResourceNotFoundException", "Function does not exist")
    nothing = ("ResourceNotFoundException", GONE)

    for who in ({"FunctionName": "nobody"}, {"FunctionName": name, "Qualifier": "alias"}):
        assert refused(lambda_.create_function_url_config, AuthType="NONE", **who) == no_function
        assert refused(lambda_.update_function_url_config, AuthType="NONE", **who) == no_function
        assert refused(lambda_.get_function_url_config, **who) == nothing
        assert refused(lambda_.delete_function_url_config, **who) == nothing
    assert refused(lambda_.list_function_url_configs, FunctionName="nobody") == no_function
    assert refused(lambda_.get_function_url_config, FunctionName=name) == nothing
    assert refused(lambda_.update_function_url_config, FunctionName=name) == nothing
    assert refused(lambda_.delete_function_url_config, FunctionName=name) == nothing


@pytest.mark.parametrize("qualifier", ["1", "$LATEST"])
def test_a_url_is_never_a_versions(desk: Desk, qualifier: str):
    assert refused(desk.lambda_.get_function_url_config, FunctionName="x", Qualifier=qualifier) == (
        "ValidationException",
        f"1 validation error detected: Value '{qualifier}' at 'qualifier' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)",
    )


def test_an_unknown_mode_is_refused_in_the_order_of_aws(desk: Desk):
    """Recorded by LocalStack's test_lambda_url_invalid_invoke_mode."""
    create = desk.lambda_.create_function_url_config

    assert refused(create, FunctionName="nobody", AuthType="NONE", InvokeMode="UNKNOWN") == (
        "ValidationException",
        "1 validation error detected: Value 'UNKNOWN' at 'invokeMode' failed to satisfy constraint: "
        "Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]",
    )


def test_a_url_that_streams_sends_what_the_function_answers_as_it_is(desk: Desk):
    url = desk.open("streams", SAY, InvokeMode="RESPONSE_STREAM")
    settings = desk.lambda_.get_function_url_config(FunctionName="streams")

    answer = desk.say(url, {"statusCode": 404, "body": "x"})

    assert settings["InvokeMode"] == "RESPONSE_STREAM"
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.data == {"statusCode": 404, "body": "x"}


def test_unsendable_headers_are_refused(desk: Desk):
    name = desk.functions.make("picky", ECHO)
    create = desk.lambda_.create_function_url_config

    for text in ("a\rb", "ü", "a\x00"):
        code, _ = refused(create, FunctionName=name, AuthType="NONE", Cors={"AllowHeaders": [text]})
        assert code == "InvalidParameterValueException"


def test_statements_are_added_shown_and_removed(desk: Desk):
    name = desk.functions.make("policy", ECHO)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    add, lambda_ = desk.lambda_.add_permission, desk.lambda_

    def added(sid: str, **members: Any) -> dict[str, Any]:
        given = {"FunctionName": name, "StatementId": sid, "Action": "lambda:InvokeFunction", **members}
        return json.loads(add(**given)["Statement"])

    made = [
        added("a", Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::bucket", SourceAccount=ACCOUNT),
        added("b", Principal="111122223333"),
        added("c", Principal="*", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE"),
        added("d", Principal="*", InvokedViaFunctionUrl=True),
        added("e", Principal=f"arn:aws:iam::{ACCOUNT}:user/ada", PrincipalOrgID="o-1234567890"),
    ]
    assert [each["Principal"] for each in made] == [
        {"Service": "s3.amazonaws.com"}, {"AWS": "arn:aws:iam::111122223333:root"}, "*", "*",
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ada"},
    ]  # fmt: skip
    assert [each.get("Condition") for each in made] == [
        {"StringEquals": {"AWS:SourceAccount": ACCOUNT}, "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}},
        None,
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
    ]
    assert {each["Resource"] for each in made} == {arn}
    policy = lambda_.get_policy(FunctionName=name)
    assert json.loads(policy["Policy"]) == {"Version": "2012-10-17", "Id": "default", "Statement": made}
    for sid in "abcde":
        lambda_.remove_permission(FunctionName=name, StatementId=sid)
    assert refused(lambda_.get_policy, FunctionName=name) == ("ResourceNotFoundException", GONE)


def test_permissions_are_refused_in_awss_words(desk: Desk):
    name = desk.functions.make("strict", ECHO)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    lambda_ = desk.lambda_

    def add(**members: Any) -> tuple[str, str]:
        given = {
            "FunctionName": name,
            "StatementId": "s",
            "Action": "lambda:InvokeFunction",
            "Principal": "*",
            **members,
        }
        return refused(lambda_.add_permission, **given)

    assert refused(lambda_.remove_permission, FunctionName=name, StatementId="s") == (
        "ResourceNotFoundException", "No policy is associated with the given resource.",
    )  # fmt: skip
    lambda_.add_permission(
        FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    assert add() == (
        "ResourceConflictException",
        "The statement id (s) provided already exists. Please provide a new statement id, or remove the existing "
        "statement.",
    )
    assert add(StatementId="t", Principal="invalid.example.com") == (
        "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.",
    )
    assert add(StatementId="t", FunctionUrlAuthType="NONE") == (
        "InvalidParameterValueException",
        "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
    )
    assert add(Qualifier="$LATEST")[1] == "We currently do not support adding policies for $LATEST."
    assert add(Qualifier="alias")[1] == f"Cannot find alias arn: {arn}:alias"
    assert add(Qualifier="42")[1] == f"Function not found: {arn}:42"
    assert add(FunctionName="nobody")[1] == f"Function not found: {arn.replace(name, 'nobody')}"
    assert refused(lambda_.remove_permission, FunctionName="nobody", StatementId="s")[1] == (
        f"No policy found for: {arn.replace(name, 'nobody')}"
    )
    assert refused(lambda_.remove_permission, FunctionName=name, StatementId="t") == (
        "ResourceNotFoundException", "Statement t is not found in resource policy.",
    )  # fmt: skip


def test_function_and_policy_have_one_revision(desk: Desk):
    name = desk.functions.make("revised", ECHO)
    lambda_ = desk.lambda_

    def revision() -> str:
        return lambda_.get_function_configuration(FunctionName=name)["RevisionId"]

    def add(sid: str, revision: str) -> None:
        lambda_.add_permission(
            FunctionName=name,
            StatementId=sid,
            Action="lambda:InvokeFunction",
            Principal="*",
            RevisionId=revision,
        )

    before = revision()
    add("a", before)
    assert lambda_.get_policy(FunctionName=name)["RevisionId"] == revision() != before
    assert refused(add, sid="b", revision=before) == (
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the "
        "latest Revision Id",
    )
    assert refused(lambda_.remove_permission, FunctionName=name, StatementId="a", RevisionId=before)[
        1
    ].endswith("Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
    lambda_.update_function_configuration(FunctionName=name, Timeout=9, RevisionId=revision())
    lambda_.remove_permission(FunctionName=name, StatementId="a", RevisionId=revision())


def test_a_policy_has_an_end(desk: Desk):
    name = desk.functions.make("wordy", ECHO)
    found = ("", "")

    for number in range(200):
        try:
            desk.lambda_.add_permission(
                FunctionName=name, StatementId=f"s{number}", Action="lambda:InvokeFunction", Principal="*"
            )
        except ClientError as error:
            found = (error.response["Error"]["Code"], error.response["Error"]["Message"])
            break

    assert found[0] == "PolicyLengthExceededException"
    assert re.fullmatch(r"The final policy size \(\d+\) is bigger than the limit \(20480\)\.", found[1])


def test_a_permission_keeps_environments_warm(desk: Desk):
    name = desk.functions.make(
        "warm", "n = 0\ndef handle(event, context):\n    global n\n    n += 1\n    return n"
    )
    desk.functions.invoke(name)
    desk.lambda_.add_permission(
        FunctionName=name, StatementId="a", Action="lambda:InvokeFunction", Principal="*"
    )

    assert desk.functions.invoke(name).payload == 2


# Requests.


def test_both_forms_reach_the_function_with_the_same_event(desk: Desk, echo: str):
    told = [
        ask(echo, "POST", "/a%2Fb/c?x=1&x=2", b'{"k": 1}', content_type="application/json", cookie="a=1; b=2")
        for ask in (desk.ask, desk.ask_host)
    ]
    events = [answer.data["event"] for answer in told]

    for answer, event in zip(told, events, strict=True):
        assert answer.status == 200
        assert (
            answer.headers["x-amzn-requestid"]
            == answer.data["request_id"]
            == event["requestContext"]["requestId"]
        )
        assert answer.headers["x-amzn-trace-id"] == event["headers"]["x-amzn-trace-id"]
        assert (event["rawPath"], event["rawQueryString"]) == ("/a%2Fb/c", "x=1&x=2")
        assert event["queryStringParameters"] == {"x": "1,2"}
        assert event["cookies"] == ["a=1", "b=2"]
        assert (event["body"], event["isBase64Encoded"]) == ('{"k": 1}', False)
        context = event["requestContext"]
        assert context["http"]["sourceIp"] == "127.0.0.1"
        assert (context["apiId"], context["accountId"]) == (echo, "anonymous")
        assert context["domainName"] == f"{echo}.lambda-url.{REGION}.localhost"
        assert event["headers"]["x-forwarded-port"] == str(desk.server.port)
    assert told[0].headers["content-security-policy"] == "sandbox"
    assert "content-security-policy" not in told[1].headers


@pytest.mark.parametrize("path", ["", "/", "?a", "/?a"])
def test_the_path_form_works_with_and_without_its_last_slash(desk: Desk, echo: str, path: str):
    assert desk.ask(echo, path=path).data["event"]["rawPath"] == "/"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_reaches_the_function(desk: Desk, echo: str, method: str):
    assert desk.ask(echo, method).data["event"]["requestContext"]["http"]["method"] == method


def test_head_gets_the_headers_alone(desk: Desk, say: str):
    with Line(desk.server.port) as line:
        host = {"host": desk.host(say), "content-type": "application/json"}
        line.send(written("HEAD", "/", host, b'{"statusCode": 200, "body": "hello"}'))
        line.send(written("GET", "/", host, b'{"statusCode": 200, "body": "next"}'))
        head = b""
        while b"next" not in head:
            head += line.socket.recv(1 << 16)

    assert b"content-length: 5" in head
    assert b"hello" not in head


def test_binary_goes_both_ways(desk: Desk):
    source = """
def handle(event, context):
    assert event["isBase64Encoded"]
    return {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": event["body"], "isBase64Encoded": True}
"""
    url = desk.open("binary", source)
    data = bytes(range(256))

    answer = desk.ask(url, "POST", body=data, content_type="application/octet-stream")

    assert (answer.body, answer.headers["content-type"]) == (data, "image/png")


def test_each_cookie_has_a_line_of_its_own(desk: Desk, say: str):
    body = json.dumps({"statusCode": 200, "cookies": ["a=1; Path=/", "b=2, 3"]}).encode()
    with Line(desk.server.port) as line:
        line.send(
            written(
                "POST", f"/_millrace/url/{say}/", {"host": "127.0.0.1", "content-type": "text/json"}, body
            )
        )
        head = line.socket.recv(1 << 16)

    place = f"/_millrace/url/{say}/".encode()
    assert head.count(b"set-cookie: ") == 2
    assert b"\r\nset-cookie: a=1; Path=%b\r\nset-cookie: b=2, 3; Path=%b\r\n" % (place, place) in head


@pytest.mark.parametrize(
    ("said", "status", "kind", "body"),
    [
        ({"hello": "world"}, 200, "application/json", b'{"hello":"world"}'),
        ("hello", 200, "application/json", b"hello"),
        (None, 200, "application/json", b"null"),
        ({"statusCode": "418", "headers": {"Content-Type": "text/x"}, "body": "tea"}, 418, "text/x", b"tea"),
        ({"statusCode": 404}, 404, "application/json", b""),
    ],
)
def test_an_answer_may_be_inferred_or_said(
    desk: Desk, say: str, said: Any, status: int, kind: str, body: bytes
):
    answer = desk.say(say, said)

    assert (answer.status, answer.headers["content-type"], answer.body) == (status, kind, body)


@pytest.mark.parametrize(
    "said",
    [
        {"statusCode": 99}, {"statusCode": 10**30}, {"statusCode": "200\r\nx: y"}, {"statusCode": None},
        {"statusCode": 200, "headers": {"x": "a\r\nset-cookie: stolen=1"}},
        {"statusCode": 200, "headers": {"x\r\nset-cookie": "stolen=1"}},
        {"statusCode": 200, "cookies": ["a=1\r\nx: y"]},
        {"statusCode": 200, "body": "%", "isBase64Encoded": True},
    ],
    ids=repr,
)  # fmt: skip
def test_a_malformed_answer_is_a_bad_gateway_and_splits_nothing(desk: Desk, say: str, said: Any):
    answer = desk.say(say, said)

    assert (answer.status, answer.data) == (502, {"Message": "Internal Server Error"})
    assert answer.headers.keys().isdisjoint({"set-cookie", "x"})


def test_framing_is_never_the_functions(desk: Desk, say: str):
    headers = {"Content-Length": "1000", "Transfer-Encoding": "chunked", "Connection": "close", "X": "€"}

    answer = desk.say(say, {"statusCode": 200, "headers": headers, "body": "short"})

    assert (answer.body, answer.headers["content-length"]) == (b"short", "5")
    assert answer.headers["x"].encode("latin-1").decode() == "€"


def test_a_function_that_fails_is_a_bad_gateway(desk: Desk):
    url = desk.open("broken", "def handle(event, context): raise KeyError('x')")

    answer = desk.ask(url)

    assert (answer.status, answer.body) == (502, b"Internal Server Error")
    assert answer.headers["x-amzn-requestid"]


def test_a_function_without_concurrency_is_throttled(desk: Desk):
    url = desk.open("throttled")
    desk.lambda_.put_function_concurrency(FunctionName="throttled", ReservedConcurrentExecutions=0)

    answer = desk.ask(url)

    assert (answer.status, answer.code) == (429, "TooManyRequestsException")


def test_more_than_six_megabytes_are_too_much(desk: Desk, echo: str):
    bodies = [b"x" * (6 * 1024 * 1024 + 1), b"x" * (5 * 1024 * 1024)]  # the second only in base64

    assert [desk.ask(echo, "POST", body=body).status for body in bodies] == [413, 413]


@pytest.mark.parametrize("url", ["a" * 32, "x", "", "..", "%2e%2e", "A" * 32])
def test_an_unknown_id_is_answered_as_on_aws(desk: Desk, url: str):
    """Recorded by LocalStack's tests; there it is no 404."""
    for answer in (desk.ask(url), desk.ask_host(url)):
        assert (answer.status, answer.data) == (403, {"Message": None})
        assert answer.code == "AccessDeniedException"


@pytest.mark.parametrize(
    "path",
    ["/%", "/%zz?%", "/%ff?%ff=%fe", "/%00?a=%00", "//x//", "/;a=b?&&==&", "/a?b?c#d", "/" + "%41" * 5000],
)
def test_odd_addresses_reach_the_function(desk: Desk, echo: str, path: str):
    assert desk.ask(echo, path=path).status == 200
    assert desk.ask_host(echo, path=path).status == 200


def test_huge_headers_are_refused_before_they_reach_anything(desk: Desk, echo: str):
    assert desk.ask(echo, x="y" * 60_000).status == 200
    assert desk.ask(echo, x="y" * 70_000).status == 431


def test_headers_of_many_kinds_reach_the_function(desk: Desk, echo: str):
    answer = desk.ask(echo, cookie=";;;=;", x_latin="\xe9", content_type=";;")

    assert answer.data["event"]["headers"]["x-latin"] == "\xe9"


# Who may ask.


def test_without_a_permission_nobody_may(desk: Desk):
    url = desk.open("private", public=False)

    assert (desk.ask(url).status, desk.ask(url).data) == (403, FORBIDDEN)
    desk.publish("private")
    assert desk.ask(url).status == 200
    desk.lambda_.remove_permission(FunctionName="private", StatementId="public")
    assert desk.ask(url).data == FORBIDDEN


def test_a_permission_for_others_does_not_open_it(desk: Desk):
    url = desk.open("others", public=False)
    for sid, more in {
        "account": {"Principal": "111122223333"},
        "iam": {"Principal": "*", "FunctionUrlAuthType": "AWS_IAM"},
        "source": {"Principal": "*", "FunctionUrlAuthType": "NONE", "SourceAccount": "111122223333"},
    }.items():
        desk.lambda_.add_permission(
            FunctionName="others", StatementId=sid, Action="lambda:InvokeFunctionUrl", **more
        )

    assert desk.ask(url).data == FORBIDDEN


def test_an_iam_url_on_an_open_server_needs_a_signature_of_any_key(desk: Desk):
    url = desk.open("signed", public=False, AuthType="AWS_IAM")
    target, host = f"/_millrace/url/{url}/a?b=c", {"host": f"127.0.0.1:{desk.server.port}"}

    def signed(**signing: Any) -> Answer:
        headers = sign("GET", target, b"", host, **{"service": "lambda", **signing})
        return desk.send(written("GET", target, headers))

    assert desk.ask(url).data == FORBIDDEN
    answer = signed()
    assert answer.status == 200
    assert answer.data["event"]["requestContext"]["authorizer"]["iam"]["userArn"].endswith(":root")
    assert signed(service="dynamodb").status == 403
    assert signed(region="us-west-2").status == 403
    assert desk.ask(url, authorization="AWS4-HMAC-SHA256 nonsense").status == 403
    assert desk.ask(url, authorization="Bearer token").data == FORBIDDEN


# Browsers.


def test_a_navigation_is_sent_to_the_functions_own_origin(desk: Desk, echo: str):
    answer = desk.ask(echo, path="/page%20one?a=b&c", sec_fetch_mode="navigate")

    assert answer.status == 307
    assert answer.headers["location"] == f"http://{desk.host(echo)}/page%20one?a=b&c"
    assert answer.headers["content-security-policy"] == "sandbox"
    assert desk.ask_host(echo, sec_fetch_mode="navigate").status == 200
    assert desk.ask(echo, sec_fetch_mode="cors").status == 200
    assert desk.ask("a" * 32, sec_fetch_mode="navigate").status == 403


def test_the_sandbox_cannot_be_left_and_the_origin_not_be_touched(desk: Desk, say: str):
    headers = {
        "Content-Security-Policy": "sandbox allow-same-origin allow-scripts",
        "Service-Worker-Allowed": "/",
        "Clear-Site-Data": '"*"',
    }

    answer = desk.say(say, {"statusCode": 200, "headers": headers})

    assert answer.headers["content-security-policy"] == "sandbox, sandbox allow-same-origin allow-scripts"
    assert answer.headers.keys().isdisjoint({"service-worker-allowed", "clear-site-data"})


def test_pages_of_any_origin_may_ask_and_the_settings_decide_who_may_read(desk: Desk):
    page, other = "https://app.example", "https://other.example"
    url = desk.open("shared", Cors={"AllowOrigins": [page], "AllowMethods": ["PUT"], "MaxAge": 7})

    for ask in (desk.ask, desk.ask_host):
        read, unread = ask(url, origin=page), ask(url, origin=other)
        assert (read.status, read.headers["access-control-allow-origin"]) == (200, page)
        assert (unread.status, "access-control-allow-origin" in unread.headers) == (200, False)
        preflight = ask(url, "OPTIONS", origin=page, access_control_request_method="PUT")
        assert (preflight.status, preflight.body) == (200, b"")
        assert preflight.headers["access-control-allow-methods"] == "PUT"
        assert preflight.headers["access-control-max-age"] == "7"
        refused = ask(url, "OPTIONS", origin=other, access_control_request_method="PUT")
        assert "access-control-allow-origin" not in refused.headers


def test_errors_can_be_read_by_allowed_pages_too(desk: Desk):
    url = desk.open("private-shared", public=False, Cors={"AllowOrigins": ["*"]})

    answer = desk.ask(url, origin="https://app.example")

    assert (answer.status, answer.headers["access-control-allow-origin"]) == (403, "*")


def test_without_settings_preflights_are_the_functions(desk: Desk, echo: str):
    answer = desk.ask(echo, "OPTIONS", origin="https://app.example", access_control_request_method="PUT")

    assert answer.data["event"]["requestContext"]["http"]["method"] == "OPTIONS"


def test_a_host_of_a_function_is_nothing_but_the_functions(desk: Desk, echo: str):
    list_tables = {"host": desk.host(echo), "x-amz-target": "DynamoDB_20120810.ListTables"}
    answers = [
        desk.send(written("POST", "/", sign("POST", "/", b"{}", list_tables), b"{}")),
        desk.ask_host(echo, path="/_millrace/status"),
        desk.ask_host(echo, path=f"/_millrace/url/{echo}/x"),
    ]

    assert [answer.data["event"]["rawPath"] for answer in answers] == [
        "/", "/_millrace/status", f"/_millrace/url/{echo}/x",
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["{url}.LAMBDA-URL.x.localhost", "{url}.lambda-url.localhost.:80"])
def test_any_local_host_with_the_id_in_front_is_the_functions(desk: Desk, echo: str, form: str):
    answer = desk.ask_host(echo, host=form.format(url=echo))

    assert answer.data["event"]["requestContext"]["apiId"] == echo


def test_a_label_before_the_id_leads_nowhere(desk: Desk, echo: str):
    assert desk.ask_host(echo, host=f"a.{echo}.lambda-url.{REGION}.localhost").status == 403


def test_a_rebound_name_with_the_id_in_front_does_not_reach_the_function(desk: Desk, echo: str):
    answer = desk.ask_host(echo, host=f"{echo}.lambda-url.rebound.example")

    assert (answer.status, answer.code) == (403, "ForeignOrigin")


def test_a_rebound_name_reaches_neither_the_api_nor_the_path_form(desk: Desk, echo: str):
    for path in ("/_millrace/status", f"/_millrace/url/{echo}/", "/"):
        answer = desk.send(written("GET", path, {"host": "rebound.example"}))
        assert (answer.status, answer.code) == (403, "ForeignOrigin")


def test_a_functions_page_cannot_reach_the_api(desk: Desk, echo: str):
    origin = f"http://{desk.host(echo)}"

    answer = desk.send(
        written("GET", "/_millrace/status", {"host": f"127.0.0.1:{desk.server.port}", "origin": origin})
    )

    assert (answer.status, answer.code) == (403, "ForeignOrigin")


# Ends.


def test_deleting_the_function_deletes_its_url_and_its_policy(desk: Desk):
    url = desk.open("doomed")
    desk.lambda_.delete_function(FunctionName="doomed")

    assert desk.ask(url).data == {"Message": None}
    desk.functions.make("doomed", ECHO)
    assert refused(desk.lambda_.get_policy, FunctionName="doomed")[1] == GONE
    assert refused(desk.lambda_.get_function_url_config, FunctionName="doomed")[1] == GONE


def test_urls_outlive_the_server(millrace: Millrace):
    desk = Desk(millrace)
    url = desk.open("lasting", SAY, Cors={"AllowOrigins": ["*"]})
    before = desk.lambda_.get_function_url_config(FunctionName="lasting")
    millrace.kill()
    millrace.start()

    after = desk.lambda_.get_function_url_config(FunctionName="lasting")
    assert shown(after) == shown(before)
    assert desk.say(url, "still here").body == b"still here"
    assert base64.b64encode(desk.say(url, {"statusCode": 200}).body) == b""
