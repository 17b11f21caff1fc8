"""GetFunction's Code.Location is fetched as from S3: with a plain HTTP client, without a signature."""

import configparser
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.api.millrace_process import HANDLER, TRUST, Millrace, zipped


def made(server: Millrace, **keys: str) -> tuple[bytes, str]:
    """A function's zip file, and where it can be fetched."""
    role = server.client("iam", **keys).create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)["Role"]
    code, functions = zipped(HANDLER), server.client("lambda", **keys)
    settings: dict[str, Any] = {"Runtime": "python3.11", "Handler": "handler.lambda_handler"}
    functions.create_function(FunctionName="f", Role=role["Arn"], Code={"ZipFile": code}, **settings)
    return code, functions.get_function(FunctionName="f")["Code"]["Location"]


def fetch(address: str) -> tuple[int, str | None, bytes]:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.headers["content-type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["content-type"], b""


def test_code_is_fetched_from_its_location(millrace: Millrace):
    code, location = made(millrace)

    assert fetch(location) == (200, "application/zip", code)


def test_code_is_fetched_from_its_location_where_everything_else_needs_a_key(tmp_path: Path):
    with Millrace(tmp_path / "data", "--auth") as server:
        file = configparser.ConfigParser()
        file.read(tmp_path / "data/root-credentials")
        code, location = made(server, **file["default"])

        assert fetch(location) == (200, "application/zip", code)
        assert fetch(location.partition("?")[0])[0] == 403
        assert fetch(f"{server.url}/_millrace/status")[0] == 400


def test_a_location_expires(millrace: Millrace):
    _, location = made(millrace)

    millrace.ask("clock", advance=601)

    assert fetch(location)[0] == 403
