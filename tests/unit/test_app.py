"""The order in which a whole server starts and ends."""

import asyncio
import os
from pathlib import Path

import orjson
from tests.api.raw_http import sign, written
from tests.unit.functions.stage import SCOPE, TRUST, zip_of

from millrace import app
from millrace.config import Settings
from millrace.core import ids
from millrace.core.arn import Scope
from millrace.core.context import Context, Principal
from millrace.functions import events
from millrace.functions.operations import service as functions_service
from millrace.iam.roles import role_operations
from millrace.storage.sqlite import SqliteStorage

ROOT = Principal(SCOPE.account, f"arn:aws:iam::{SCOPE.account}:root", SCOPE.account)

# It works for as long as the server takes calls, and fails a while later.
CALLER = """
import os, select, socket
from urllib.parse import urlsplit

def handler(event, context):
    open(event["mark"], "w").close()
    place = urlsplit(os.environ["AWS_ENDPOINT_URL"])
    try:
        while True:
            socket.create_connection((place.hostname, place.port)).close()
            select.select([], [], [], 0.02)
    finally:
        select.select([], [], [], event["linger"])
"""


def test_a_stopping_server_lets_no_event_fail_for_its_absence(tmp_path: Path, monkeypatch):
    """A try that failed counts; after three an event is given up."""
    joined = []
    every_service = app.every_service

    def remember(storage, clock, functions, *rest):
        joined.append(functions)
        return every_service(storage, clock, functions, *rest)

    monkeypatch.setattr(app, "every_service", remember)

    async def main():
        settings = Settings(port=0, data=str(tmp_path / "data"))
        scope = Scope(settings.account, settings.region)
        marks = tmp_path / "later", tmp_path / "now"
        async with app.run(settings) as running:
            await _caller(joined[0], scope)
            later = {"mark": str(marks[0]), "linger": 0}
            invoke = functions_service(joined[0]).operations["Invoke"]
            params = {"FunctionName": "fn", "InvocationType": "Event", "Payload": orjson.dumps(later)}
            await invoke(Context(scope, ROOT, ids.uuid()), params)
            # This one is waited for while no more calls are taken.
            _, writer = await asyncio.open_connection("127.0.0.1", running.port)
            writer.write(_invocation(running.port, {"mark": str(marks[1]), "linger": 0.5}))
            while not all(mark.exists() for mark in marks):
                await asyncio.to_thread(os.sched_yield)
        writer.close()
        async with SqliteStorage(settings.data_path / "tables.db") as storage:
            rows = await storage.read(lambda reader: list(reader.range(events.space(scope))))
        return [events.decode(scope, key, raw).tries for key, raw in rows]

    assert asyncio.run(main()) == [0]


async def _caller(functions, scope: Scope) -> None:
    """The function `fn`, and its role."""
    context = Context(scope, ROOT, "setup")
    trust = {"RoleName": "runner", "AssumeRolePolicyDocument": orjson.dumps(TRUST).decode()}
    made = await role_operations(functions._identities)["CreateRole"](context, trust)
    settings = {
        "Runtime": "python3.11",
        "Handler": "app.handler",
        "Role": made["Role"]["Arn"],
        "Timeout": 60,
        "Code": {"ZipFile": zip_of(CALLER)},
    }
    await functions_service(functions).operations["CreateFunction"](
        context, {"FunctionName": "fn", **settings}
    )


def _invocation(port: int, event: dict) -> bytes:
    target, body = "/2015-03-31/functions/fn/invocations", orjson.dumps(event)
    headers = {"host": f"127.0.0.1:{port}", "content-type": "application/json"}
    signed = sign("POST", target, body, headers, service="lambda", region=Settings().region)
    return written("POST", target, signed, body)
