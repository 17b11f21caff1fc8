"""How the other commands reach a running server: millrace's own API, signed like any AWS request."""

import http.client
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, SharedCredentialProvider
from botocore.exceptions import BotoCoreError
from botocore.session import Session

ENDPOINT = "http://127.0.0.1:8000"


def endpoint_option(function: Any) -> Any:
    """Add `--endpoint`."""
    return click.option(
        "--endpoint",
        envvar="AWS_ENDPOINT_URL",
        default=ENDPOINT,
        metavar="URL",
        callback=_checked,
        help=f"Where the server is.  [AWS_ENDPOINT_URL; default: {ENDPOINT}]",
    )(function)


def _checked(_context: click.Context, _option: click.Parameter, endpoint: str) -> str:
    """An endpoint that may be one. Raises BadParameter."""
    try:
        parts = urlsplit(endpoint)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return endpoint
    except ValueError:
        pass
    raise click.BadParameter(f"{endpoint!r} is no address of a server; write it as {ENDPOINT}")


def program() -> str:
    """How to call millrace again: as it was called, so that the line can be copied."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "millrace" else "millrace"


@contextmanager
def _sentences() -> Generator[None]:
    """Lets what AWS's own settings make impossible be one sentence."""
    try:
        yield
    except BotoCoreError as error:
        raise click.ClickException(f"AWS's settings cannot be used: {error}") from None


class Client:
    """Calls `/_millrace/…` of one server with the keys in a file, else those AWS clients use, else test/test."""

    @_sentences()
    def __init__(self, endpoint: str, credentials_file: str | None = None) -> None:
        self.endpoint = endpoint.rstrip("/")
        found = _keys(credentials_file) or Session().get_credentials() or Credentials("test", "test")
        self.credentials = found.get_frozen_credentials()
        self.region = Session().get_config_variable("region") or "us-east-1"

    def open(self, path: str, body: dict[str, Any] | None = None, *, timeout: float | None = 60) -> Any:
        """The open answer. Raises ClickException with what to do when the server is not there or refuses."""
        url = f"{self.endpoint}/_millrace/{path}"
        data = None if body is None else json.dumps(body).encode()
        signed = AWSRequest(method="GET" if data is None else "POST", url=url, data=data or b"")
        SigV4Auth(self.credentials, "millrace", self.region).add_auth(signed)
        request = urllib.request.Request(url, data=data, headers=dict(signed.headers))  # noqa: S310 -- http by design
        try:
            return urllib.request.urlopen(request, timeout=timeout)  # noqa: S310
        except urllib.error.HTTPError as error:
            raise click.ClickException(self._sentence(error)) from None
        except (urllib.error.URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise click.ClickException(
                f"no server answers at {self.endpoint} ({reason}). Start one with `{program()} serve`,"
                " or name another with --endpoint."
            ) from None

    def ask(self, path: str, body: dict[str, Any] | None = None, *, timeout: float | None = 60) -> Any:
        """The whole answer, as data."""
        with self.open(path, body, timeout=timeout) as answer:
            return self._data(answer.read())

    def events(self, query: str) -> Iterator[dict[str, Any]]:
        """The live events that fit `query`, until the server ends. The first says `ready`."""
        # A server that is killed breaks off in the middle of a line, or of nothing.
        broken = suppress(OSError, http.client.HTTPException)
        with self.open(f"tail{'?' if query else ''}{query}", timeout=None) as lines, broken:
            for line in lines:
                yield self._data(line)

    def _data(self, text: bytes) -> Any:
        try:
            return json.loads(text)
        except ValueError:
            raise click.ClickException(self._strange("what millrace would not")) from None

    def _sentence(self, error: urllib.error.HTTPError) -> str:
        """What the server said, or what its answer means when that was none of millrace's."""
        try:
            message = json.loads(error.read())["message"]
        except (ValueError, KeyError, TypeError):
            message = None
        return str(message) if message else self._strange(f"{error.code} {error.reason}")

    def _strange(self, answer: str) -> str:
        return (
            f"{self.endpoint} answered {answer}. Is another program there, or does its path end differently?"
            f" `{program()} serve` tells the address that --endpoint wants."
        )


def _keys(credentials_file: str | None) -> Credentials | None:
    """What the file says, whatever else the environment says."""
    if credentials_file is None:
        return None
    return SharedCredentialProvider(credentials_file).load()


@_sentences()
def boto3_settings(
    endpoint: str, *, region: str | None = None, credentials_file: str | None = None
) -> dict[str, str]:
    """What boto3 needs besides the environment's own settings to reach `endpoint`."""
    settings = {"endpoint_url": endpoint}
    keys = _keys(credentials_file)
    if keys is not None:
        settings |= {"aws_access_key_id": keys.access_key, "aws_secret_access_key": keys.secret_key}
    elif Session().get_credentials() is None:
        settings |= {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    if region is not None:
        settings["region_name"] = region
    elif not os.environ.get("AWS_DEFAULT_REGION") and Session().get_config_variable("region") is None:
        settings["region_name"] = "us-east-1"
    return settings
