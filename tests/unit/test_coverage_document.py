"""docs/coverage.md says what the code does: every operation of AWS's models once, in the state it is in."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from millrace.app import SERVICES, every_service
from millrace.config import Settings
from millrace.core.clock import Clock
from millrace.core.service import Service
from millrace.functions.functions import Functions
from millrace.iam import conditions
from millrace.iam.identities import Identities
from millrace.logs.log import Logs
from millrace.queues.queues import Queues
from millrace.storage.memory import MemoryStorage
from millrace.triggers import filter as filters
from millrace.triggers.supervisor import Supervisor
from millrace.wire.models import load, read

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/coverage.md").read_text()
TITLES = {
    "dynamodb": "DynamoDB",
    "dynamodbstreams": "DynamoDB Streams",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "iam": "IAM",
    "sts": "STS",
    "sqs": "SQS",
    "sns": "SNS",
}
ROW = re.compile(r"^\| `(\w+)` \| (built|partly|not yet) \|(?: (.+))? \|$", re.MULTILINE)
COUNTS = re.compile(r"^\| \[`(\w+)`\]\(#[\w-]+\) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def section(title: str) -> str:
    """What stands under one heading."""
    return DOCUMENT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(service: str) -> list[tuple[str, str, str]]:
    """Operation, state and remark of each row of a service's table."""
    return ROW.findall(section(TITLES[service]))


def answered(directory: Path) -> Mapping[str, Service]:
    """The services joined as the server joins them, over a database in memory; nothing is started."""
    storage, clock = MemoryStorage(), Clock()
    logs, identities = Logs(storage, clock), Identities(storage, clock)
    functions = Functions(
        storage, clock, directory, endpoint_url="http://127.0.0.1:1", identities=identities, logs=logs
    )
    supervisor = Supervisor(storage, clock, functions, identities)
    return every_service(
        storage, clock, functions, supervisor, identities, logs, Settings(), Queues(storage, clock)
    )


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_of_awss_model_is_listed_exactly_once(service: str):
    listed = [name for name, _, _ in rows(service)]

    assert sorted(listed) == sorted(load(service).operations)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_answered_is_built_or_partly_and_nothing_else_is(service: str, tmp_path: Path):
    listed = {name for name, state, _ in rows(service) if state != "not yet"}

    assert listed == set(answered(tmp_path)[service].operations)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_partly_built_says_what_is_missing(service: str):
    told = {name: bool(remark) for name, state, remark in rows(service) if state != "not yet"}

    assert told == {name: state == "partly" for name, state, _ in rows(service) if state != "not yet"}


def test_the_counts_on_top_are_those_of_the_tables():
    told = {name: tuple(map(int, numbers)) for name, *numbers in COUNTS.findall(DOCUMENT)}

    counted = {}
    for service in SERVICES:
        states = Counter(state for _, state, _ in rows(service))
        counted[service] = (states.total(), states["built"], states["partly"], states["not yet"])
    assert told == counted


def test_every_parameter_of_a_mapping_is_listed():
    parameters = read("lambda")["shapes"]["CreateEventSourceMappingRequest"]["members"]
    listed = set(re.findall(r"`(\w+)`", section("Event source mappings")))

    assert set(parameters) - listed == set()


def test_every_operator_of_policies_and_of_filters_is_listed():
    listed = {name.lower() for name in re.findall(r"`([\w-]+)`", DOCUMENT)}

    assert {*conditions._OPERATORS, *filters._OPERATORS} - listed == set()
