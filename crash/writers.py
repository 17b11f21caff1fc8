"""Writers at full load: puts, updates, deletes, batches and transactions, each writer on keys of its own."""

import random
from typing import Any

from crash.connection import Connect, GoneError
from crash.model import Model, Request, Step

TABLE = "crash"
KEYS_EACH = 6
BURST = "x" * 200


class Writer:
    """Asks for one thing after the other until the server is gone or `enough` says so."""

    def __init__(self, number: int, seed: int, *, first: int = 0) -> None:
        self.keys = [f"w{number}-{key}" for key in range(KEYS_EACH)]
        self._dice = random.Random(f"{seed} {number}")
        self._next = first

    async def run(self, connect: Connect, model: Model, enough: Any) -> None:
        try:
            async with connect() as connection:
                while not enough():
                    request = self._request(model)
                    model.unknown.append(request)
                    await connection.call(request.operation, request.body)
                    model.unknown.remove(request)
                    model.acknowledge(request)
        except GoneError:
            return

    def _request(self, model: Model) -> Request:
        kind = self._dice.choices(
            ("put", "update", "delete", "transact", "batch"), weights=(40, 25, 12, 15, 8)
        )[0]
        if kind in ("transact", "batch"):
            keys = self._dice.sample(self.keys, self._dice.randint(2, 4))
            return self._together(model, keys, kind)
        step, part = self._part(model, self._dice.choice(self.keys), kind)
        name, body = next(iter(part.items()))
        return Request(f"{name}Item", body, [step])

    def _together(self, model: Model, keys: list[str], kind: str) -> Request:
        if kind == "batch":
            made = [self._part(model, key, "put") for key in keys]
            puts = [{"PutRequest": {"Item": part["Put"]["Item"]}} for _, part in made]
            return Request(
                "BatchWriteItem", {"RequestItems": {TABLE: puts}}, [step for step, _ in made], whole=False
            )
        made = [self._part(model, key, self._dice.choice(("put", "update", "delete"))) for key in keys]
        body = {
            "TransactItems": [part for _, part in made],
            "ClientRequestToken": f"{self._dice.getrandbits(120):x}",
        }
        return Request("TransactWriteItems", body, [step for step, _ in made])

    def _part(self, model: Model, key: str, kind: str) -> tuple[Step, dict[str, Any]]:
        """A key's step, and what asks for it in a transaction."""
        before = model.versions.get(key)
        place = {"TableName": TABLE, "Key": {"id": {"S": key}}}
        if kind == "delete" and before is not None:
            return Step(key, before, None), {"Delete": place}
        # Numbers only rise, over all keys of a writer: no change is ever one that changes nothing.
        self._next += 1
        number = {"N": str(self._next)}
        if kind == "put" or kind == "delete":
            item = {"id": {"S": key}, "n": number, "text": {"S": BURST}}
            return Step(key, before, self._next), {"Put": {"TableName": TABLE, "Item": item}}
        how = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": number}}
        return Step(key, before, self._next), {"Update": {**place, **how}}
