"""The clients of one deployment, and where it goes."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.deploy.problem import DeployError

_WAIT_SECONDS_MAX = 600
_POLL_SECONDS_MIN = 0.02
_POLL_SECONDS_MAX = 1.0
_NOTE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Aws:
    """Stock boto3 clients; the typed ones are a development dependency."""

    dynamodb: Any
    lambda_: Any
    iam: Any
    logs: Any
    sqs: Any
    sns: Any
    s3: Any
    scope: Scope


def connect(settings: Mapping[str, Any]) -> Aws:
    """Clients for boto3's `settings`. Raises DeployError if nobody answers or the keys are not taken."""
    session: Any = boto3.session.Session()
    try:  # whether somebody is there is seen at once, or not at all
        sts: Any = session.client("sts", **settings, config=Config(retries={"total_max_attempts": 1}))
    except (BotoCoreError, ValueError) as error:
        raise DeployError(f"AWS's settings cannot be used: {error}") from None
    region: str = sts.meta.region_name
    try:
        caller = sts.get_caller_identity()
    except BotoCoreError as error:
        endpoint = sts.meta.endpoint_url
        raise DeployError(
            f"no server answers at {endpoint} ({error}). Start one with `millrace serve`,"
            " or name another with --endpoint."
        ) from None
    except ClientError as error:
        raise DeployError(str(error)) from None
    partition = caller["Arn"].split(":")[1]
    return Aws(
        dynamodb=session.client("dynamodb", **settings),
        lambda_=session.client("lambda", **settings),
        iam=session.client("iam", **settings),
        logs=session.client("logs", **settings),
        sqs=session.client("sqs", **settings),
        sns=session.client("sns", **settings),
        s3=session.client("s3", **settings, config=Config(s3={"addressing_style": "path"})),
        scope=Scope(caller["Account"], region, partition),
    )


def region_of(settings: Mapping[str, Any]) -> str:
    """The region that boto3 goes to with these settings."""
    session: Any = boto3.session.Session()
    return str(settings.get("region_name") or session.region_name or "us-east-1")


def code_of(error: ClientError) -> str:
    """AWS's name of the error."""
    return str(error.response.get("Error", {}).get("Code"))


def unless_missing(call: Callable[[], Any], *codes: str) -> Any:
    """What the call answers; None if AWS says with one of these codes that there is no such thing."""
    try:
        return call()
    except ClientError as error:
        if code_of(error) in codes:
            return None
        raise


def pages(client: Any, operation: str, member: str, **arguments: Any) -> Iterator[Any]:
    """The elements of `member` on all pages of a listing."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(member) or ()


def wait(done: Callable[[], bool]) -> None:
    """Return once it is done, asking less and less often. Raises DeployError after ten minutes."""
    watch(lambda: "" if done() else "it was not done")


def watch(
    lacking: Callable[[], str],
    note: Callable[[str], None] | None = None,
    stopwatch: Callable[[], float] | None = None,
) -> None:
    """Return once `lacking` answers nothing; else it says what is waited for, and is asked less and less often.

    `note` hears of what lasts, every two seconds at most and only what is new. Raises DeployError when it has said
    the same for ten minutes.
    """
    stopwatch, pause = stopwatch or Clock().stopwatch, threading.Event()
    seconds, words, heard = _POLL_SECONDS_MIN, "", ""
    changed = told = stopwatch()
    while news := lacking():
        now = stopwatch()
        if news != words:
            words, changed = news, now
        if now - changed > _WAIT_SECONDS_MAX:
            raise DeployError(f"{words}, and nothing changed for {_WAIT_SECONDS_MAX} seconds")
        if note is not None and words != heard and now - told >= _NOTE_SECONDS:
            note(words)
            heard, told = words, now
        pause.wait(seconds)
        seconds = min(seconds * 1.5, _POLL_SECONDS_MAX)
