"""A server that is shown under a path: by a proxy that keeps the prefix, and by one that strips it."""

import configparser
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.api.millrace_process import HANDLER, TRUST, Millrace, zipped
from tests.api.raw_http import Caller
from tests.api.stripping_proxy import stripping

BASE = "/apps/millrace"


class Place:
    """A server with --auth, and the two addresses it has: its own with the prefix, and the proxy's."""

    def __init__(self, server: Millrace, stripped: str, path: Path) -> None:
        file = configparser.ConfigParser()
        file.read(path)
        self.keys = dict(file["default"])
        self.server = server
        self.addresses = {
            "kept": f"http://127.0.0.1:{server.port}{BASE}",
            "kept and a slash": f"http://127.0.0.1:{server.port}{BASE}/",
            "stripped": f"{stripped}/",
            "none": server.url,
        }

    def client(self, service: str, address: str, **keys: str) -> Any:
        return boto3.session.Session().client(
            service,
            endpoint_url=address,
            region_name="eu-central-1",
            config=Config(retries={"total_max_attempts": 1}),
            **{**self.keys, **keys},
        )

    def caller(self) -> Caller:
        key, secret = self.keys["aws_access_key_id"], self.keys["aws_secret_access_key"]
        return Caller(self.server.port, key=key, secret=secret)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data = tmp_path_factory.mktemp("base") / "data"
    with (
        Millrace(data, "--auth", "--base-path", BASE) as server,
        stripping(server.port, BASE) as stripped,
    ):
        yield Place(server, stripped, data / "root-credentials")


WAYS = ["kept", "kept and a slash", "stripped", "none"]


@pytest.mark.parametrize("way", WAYS)
def test_every_kind_of_aws_api_is_had_through_every_address(place: Place, way: str):
    address = place.addresses[way]

    assert place.client("dynamodb", address).list_tables()["TableNames"] == []
    assert place.client("lambda", address).list_functions(MaxItems=3)["Functions"] is not None
    assert place.client("iam", address).list_users()["Users"] == []
    assert place.client("sts", address).get_caller_identity()["Account"] == "000000000000"
    assert place.client("logs", address).describe_log_groups()["logGroups"] is not None


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_secret_opens_nothing_through_any_address(place: Place, way: str):
    with pytest.raises(ClientError, match="does not match"):
        place.client("dynamodb", place.addresses[way], aws_secret_access_key="wrong").list_tables()


@pytest.mark.parametrize("way", WAYS)
def test_code_is_fetched_from_the_address_that_its_caller_knows(place: Place, way: str):
    address, name = place.addresses[way], f"f-{WAYS.index(way)}"
    iam, functions = place.client("iam", address), place.client("lambda", address)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    settings: dict[str, Any] = {"Runtime": "python3.11", "Handler": "handler.lambda_handler", "Role": role}
    code = zipped(HANDLER)
    functions.create_function(FunctionName=name, Code={"ZipFile": code}, **settings)

    location = functions.get_function(FunctionName=name)["Code"]["Location"]

    assert location.startswith(address.rstrip("/").removesuffix(BASE))
    with urllib.request.urlopen(location, timeout=20) as answer:
        assert answer.read() == code


@pytest.mark.parametrize("signed", ["/_millrace/status", f"{BASE}/_millrace/status"])
@pytest.mark.parametrize("sent", ["/_millrace/status", f"{BASE}/_millrace/status"])
def test_what_was_signed_may_be_told_with_the_prefix_or_without(place: Place, signed: str, sent: str):
    with place.caller() as caller:
        caller.send, send = lambda *parts: parts, caller.send
        *_, headers = caller.call("GET", signed, b"", {}, service="millrace")

        assert send("GET", sent, b"", headers).status == 200


def test_another_path_than_the_signed_one_is_refused(place: Place):
    with place.caller() as caller:
        caller.send, send = lambda *parts: parts, caller.send
        *_, headers = caller.call("GET", f"{BASE}/_millrace/status", b"", {}, service="millrace")

        assert send("GET", f"{BASE}/_millrace/clock", b"", headers).status == 400
        assert send("GET", f"{BASE}{BASE}/_millrace/status", b"", headers).status != 200


@pytest.mark.parametrize("way", WAYS)
def test_the_own_api_is_had_through_every_address(place: Place, way: str):
    with urllib.request.urlopen(f"{place.addresses[way].rstrip('/')}/_millrace/health", timeout=20) as answer:
        assert answer.status == 200


def test_a_browser_at_the_prefix_is_sent_to_where_the_page_finds_its_files(place: Place):
    with place.caller() as caller:
        host = {"host": f"127.0.0.1:{place.server.port}"}
        answer = caller.send("GET", BASE, b"", {**host, "accept": "text/html"})

        assert (answer.status, answer.headers["location"]) == (308, "millrace/")
        assert caller.send("GET", f"{BASE}/", b"", {**host, "accept": "text/html"}).status == 200
        assert caller.send("GET", BASE, b"", host).body.startswith(b"millrace")
        assert caller.send("GET", f"{BASE}x/", b"", {**host, "accept": "text/html"}).status == 404
