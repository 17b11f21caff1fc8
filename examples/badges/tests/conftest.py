"""A real server for each module, and for each test two empty tables which the functions find in their environment."""

import os
import uuid
from collections.abc import Iterator

import pytest
from tests.api.millrace_process import ENVIRONMENT, Millrace

from store import Store, store

KEYS = {"Plays": ("player", "played_at"), "Achievements": ("player", "badge")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Millrace]:
    with Millrace(tmp_path_factory.mktemp("game") / "data") as server:
        yield server


@pytest.fixture
def tables(server: Millrace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    names = {name: f"{name}-{uuid.uuid4().hex[:8]}" for name in KEYS}
    client = server.client("dynamodb")
    for name, keys in KEYS.items():
        client.create_table(
            TableName=names[name],
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=True)
            ],
        )
    for name in os.environ.keys() - ENVIRONMENT.keys():
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in ENVIRONMENT.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("PLAYS_TABLE", names["Plays"])
    monkeypatch.setenv("ACHIEVEMENTS_TABLE", names["Achievements"])
    store.cache_clear()
    yield store()
    store.cache_clear()
