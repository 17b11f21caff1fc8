"""What a server answered, in a form in which two servers' answers can be held against each other."""

import http.client
import json
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any

from benchmarks.signature import Signer

from differential.requests import Request

ANSWER_SECONDS_MAX = 60.0
# A sum may have all digits between the largest number's first and the smallest one's last.
EXACT = Context(prec=400)


@dataclass(frozen=True)
class Answer:
    """Status, error code and message, or the body of a good answer."""

    status: int
    code: str = ""
    message: str = ""
    body: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else json.dumps(self.body, ensure_ascii=False)


def ask(port: int, request: Request) -> Answer:
    """Send a request and wait for its answer."""
    signer = Signer(f"127.0.0.1:{port}", datetime.now(UTC))
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS_MAX) as connection:
        connection.sendall(signer.request(request.operation, json.dumps(request.params).encode()))
        with http.client.HTTPResponse(connection) as answered:
            answered.begin()
            data = json.loads(answered.read() or b"{}")
    if answered.status == http.client.OK:
        return Answer(answered.status, body=plain(request, data))
    code = str(data.get("__type", "")).rpartition("#")[2]
    return Answer(answered.status, code, str(data.get("message", data.get("Message", ""))), _reasons(data))


def _reasons(data: dict[str, Any]) -> dict[str, Any]:
    codes = [reason.get("Code") for reason in data.get("CancellationReasons", ())]
    return {"codes": codes} if codes else {}


def plain(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """The body with sets in order, numbers in one form, and in no order what has none."""
    made = _normal(body)
    if request.operation in ("Scan", "ExecuteStatement") and "Items" in made:
        made["Items"] = sorted(made["Items"], key=_text)
    if request.operation == "BatchGetItem":
        made["Responses"] = {name: sorted(rows, key=_text) for name, rows in made["Responses"].items()}
    return {name: value for name, value in made.items() if value not in ({}, [])}


def _text(row: object) -> str:
    return json.dumps(row, sort_keys=True)


def _normal(value: Any) -> Any:
    match value:
        case {"N": str(number)} if len(value) == 1:
            return {"N": _number(number)}
        case {"NS": list(numbers)} if len(value) == 1:
            return {"NS": sorted(map(_number, numbers))}
        case {"SS": list(members)} | {"BS": list(members)} if len(value) == 1:
            return {next(iter(value)): sorted(members)}
        case dict():
            return {name: _normal(inner) for name, inner in value.items()}
        case list():
            return [_normal(inner) for inner in value]
        case _:
            return value


def _number(text: str) -> str:
    return str(Decimal(text).normalize(EXACT))
