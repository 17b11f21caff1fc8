"""Every operation that AWS's model of DynamoDB has is answered, and none with a fault of the server's."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.millrace_process import Millrace
from tests.api.raw_http import Caller

from millrace.wire.models import load

COVERAGE = (Path(__file__).resolve().parents[2] / "docs/coverage.md").read_text()


@pytest.fixture(scope="module")
def caller(server: Millrace) -> Iterator[Caller]:
    with Caller(server.port) as caller:
        yield caller


def pending() -> set[str]:
    """What the page of what is built says is not."""
    section = COVERAGE.partition("\n## DynamoDB\n")[2].partition("\n## ")[0]
    return {line.split("`")[1] for line in section.splitlines() if "` | not yet |" in line}


@pytest.mark.parametrize("operation", sorted(load("dynamodb").operations))
@pytest.mark.parametrize("body", [{}, {"TableName": "nobodys"}])
def test_an_operation_of_the_model_is_answered(caller: Caller, operation: str, body: dict[str, str]):
    answer = caller.json("dynamodb", operation, json.dumps(body).encode())

    unknown = answer.status != 200 and answer.code == "UnknownOperationException"
    assert unknown == (operation in pending())
    assert answer.status in (200, 400)
