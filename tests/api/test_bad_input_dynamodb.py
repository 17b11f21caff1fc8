"""Requests of every operation of DynamoDB with one thing in them that its model forbids: all refused, nothing stored."""

import base64
import json
import os
import string
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.api.conftest import under_attack
from tests.api.millrace_process import Millrace
from tests.api.raw_http import Caller

EXAMPLES = int(os.environ.get("MILLRACE_EXAMPLES", "1000"))
SERVICES = {
    name: ServiceModel(Loader().load_service_model(name, "service-2"), name)
    for name in ("dynamodb", "dynamodbstreams")
}
TARGETS = {"dynamodb": "dynamodb", "dynamodbstreams": "streams"}
OPERATIONS = [(name, operation) for name, model in SERVICES.items() for operation in model.operation_names]
TABLE = "Stored"
ITEM = {"a": {"S": "x"}, "n": {"N": "1"}}
# What any service of AWS may answer, besides what DynamoDB's own model has.
COMMON = {
    "SerializationException",
    "ValidationException",
    "UnknownOperationException",
    "AccessDeniedException",
}
KNOWN = {
    shape for model in SERVICES.values() for shape in model.shape_names if shape.endswith("Exception")
} | COMMON


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Millrace]:
    yield from under_attack(tmp_path_factory)


@pytest.fixture
def caller(server: Millrace) -> Iterator[Caller]:
    with Caller(server.port) as caller:
        yield caller


# Requests that the model allows.


def texts(shape: Shape) -> st.SearchStrategy[str]:
    if shape.metadata.get("enum"):
        return st.sampled_from(shape.metadata["enum"])
    if shape.name.startswith("TableName") or shape.name == "TableArn":
        return st.just(TABLE)
    least = max(shape.metadata.get("min", 0), 3)
    return st.text(string.ascii_letters, min_size=least, max_size=least + 5)


def scalars(shape: Shape) -> st.SearchStrategy[Any]:
    least = shape.metadata.get("min", 0)
    match shape.type_name:
        case "string":
            return texts(shape)
        case "integer" | "long":
            return st.integers(least, min(shape.metadata.get("max", least + 10), least + 10))
        case "boolean":
            return st.booleans()
        case "blob":
            return st.binary(max_size=4).map(lambda raw: base64.b64encode(raw).decode())
        case "timestamp" | "double" | "float":
            return st.integers(0, 10**9)
        case other:
            raise ValueError(other)


def good(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    if shape.name == "AttributeValue":
        return st.sampled_from(
            [{"S": "x"}, {"N": "1"}, {"B": "AQ=="}, {"L": [{"S": "x"}]}, {"M": {"a": {"SS": ["x"]}}}]
        )
    if isinstance(shape, StructureShape):
        members = (
            shape.members.items()
            if depth < 4
            else [(name, member) for name, member in shape.members.items() if name in shape.required_members]
        )
        return st.fixed_dictionaries(
            {name: good(member, depth + 1) for name, member in members if name in shape.required_members},
            optional={
                name: st.deferred(lambda member=member: good(member, depth + 1))
                for name, member in members
                if name not in shape.required_members
            },
        )
    if isinstance(shape, ListShape):
        return st.lists(good(shape.member, depth + 1), min_size=1, max_size=2)
    if isinstance(shape, MapShape):
        return st.dictionaries(texts(shape.key), good(shape.value, depth + 1), min_size=1, max_size=2)
    return scalars(shape)


# What the model forbids.

WRONG = {
    "structure": ["x", 5, True, [1]],
    "map": ["x", 5, True, [1]],
    "list": ["x", 5, True, {"a": 1}],
    "string": [5, True, 1e300, {"a": 1}, ["x"]],
    "integer": ["x", {"a": 1}, ["x"], 10**30],
    "long": ["x", {"a": 1}, ["x"], 10**30],
    "boolean": ["x", {"a": 1}, ["x"], 5],
    "blob": [5, True, "=", "A", "A===", "!!!!", {"a": 1}],
    "timestamp": [{"a": 1}, ["x"], True],
    "double": [{"a": 1}, ["x"], True],
}


def places(shape: Shape, value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Shape, tuple[Any, ...]]]:
    """The shapes that a request uses, and where."""
    yield shape, way
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            yield from places(shape.members[name], member, (*way, name))
    elif isinstance(shape, ListShape):
        for index, element in enumerate(value):
            yield from places(shape.member, element, (*way, index))
    elif isinstance(shape, MapShape):
        for key, element in value.items():
            yield from places(shape.value, element, (*way, key))


def put(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    """A copy of `value` with something else at the end of `way`."""
    if not way:
        return new
    copy = value.copy()
    copy[way[0]] = put(value[way[0]], way[1:], new)
    return copy


def faults(shape: Shape, value: Any) -> Iterator[Any]:
    """What may not stand for a value of this shape."""
    yield from WRONG[shape.type_name]
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            yield {key: member for key, member in value.items() if key != name}
    if shape.type_name == "string":
        if shape.metadata.get("enum"):
            yield from ("x", "é" * 300)
        if "max" in shape.metadata:
            yield "x" * (min(shape.metadata["max"], 100_000) + 1)
    if shape.type_name in {"integer", "long"} and shape.metadata.get("min", 0) > 0:
        yield shape.metadata["min"] - 1


@st.composite
def bad_requests(draw: st.DrawFn) -> tuple[str, str, bytes]:
    service, operation = draw(st.sampled_from(OPERATIONS))
    shape = SERVICES[service].operation_model(operation).input_shape
    body = draw(good(shape)) if shape is not None else {}
    text = json.dumps(body).encode()
    match draw(st.sampled_from(["shape"] * 6 + ["depth", "utf-8", "cut"])):
        case "depth":
            return service, operation, b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        case "utf-8":
            return service, operation, b'{"TableName": "\xff' + text[1:]
        case "cut":
            return service, operation, text[:-1]
        case _ if shape is None:
            return service, operation, b"[]"
    where, way = draw(st.sampled_from(list(places(shape, body))))
    value = body
    for step in way:
        value = value[step]
    wrong = draw(st.sampled_from(list(faults(where, value))))
    return service, operation, json.dumps(put(body, way, wrong)).encode()


def stored(caller: Caller) -> Any:
    names = caller.json("dynamodb", "ListTables", {}).data
    return names, caller.json("dynamodb", "Scan", {"TableName": TABLE}).data


@pytest.mark.timeout(600)
def test_what_the_model_forbids_is_refused_in_every_operation_and_changes_nothing(caller: Caller):
    number = int(os.environ.get("MILLRACE_TEST_SEED") or int.from_bytes(os.urandom(4)))
    created = caller.json(
        "dynamodb",
        "CreateTable",
        {
            "TableName": TABLE,
            "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    assert created.status == 200
    assert caller.json("dynamodb", "PutItem", {"TableName": TABLE, "Item": ITEM}).status == 200
    before = stored(caller)
    wrong: list[object] = []

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(bad_requests())
    def send(request: tuple[str, str, bytes]) -> None:
        service, operation, body = request
        answer = caller.json(TARGETS[service], operation, body)
        if not (400 <= answer.status < 500 and answer.code in KNOWN):
            wrong.append((operation, body[:1_000], answer))

    send()

    assert wrong == [], f"do it again with MILLRACE_TEST_SEED={number}"
    assert stored(caller) == before, f"do it again with MILLRACE_TEST_SEED={number}"
