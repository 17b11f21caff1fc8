"""A round: empty tables, the same requests to both servers one after the other, and a look at what is stored then."""

import http
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from differential.answers import Answer, ask
from differential.differences import known
from differential.requests import Request, Requests
from differential.tables import TABLES

PAGES_MAX = 20  # followed of one query


@dataclass(frozen=True)
class Found:
    """A difference that is not listed."""

    seed: int
    request: Request
    ours: Answer
    theirs: Answer

    def __str__(self) -> str:
        params = json.dumps(self.request.params, ensure_ascii=False)
        return (
            f"round {self.seed}: {self.request.operation} {params}\n"
            f"    millrace: {self.ours}\n    peer:     {self.theirs}"
        )


@dataclass
class Tally:
    """What was compared so far."""

    requests: int = 0
    refused: int = 0
    listed: Counter[str] = field(default_factory=Counter[str])
    found: list[Found] = field(default_factory=list[Found])

    def compare(self, seed: int, request: Request, ours: Answer, theirs: Answer) -> bool:
        """Count a pair of answers; whether both servers went the same way."""
        self.requests += 1
        self.refused += ours.status != 200
        if ours != theirs:
            listed = known(request, ours, theirs)
            if listed is None:
                self.found.append(Found(seed, request, ours, theirs))
            else:
                self.listed[listed.name] += 1
        return ours.status == theirs.status


def play(ports: tuple[int, int], seed: int, count: int, tally: Tally) -> None:
    """One round. It ends early when only one of the servers took a request: what follows would differ for that."""
    for table in TABLES:
        for port in ports:
            _expect(ask(port, Request("CreateTable", table.definition())))
    requests = Requests(seed)
    _play(ports, seed, [requests.next for _ in range(count)], tally)
    for table in TABLES:
        for port in ports:
            _expect(ask(port, Request("DeleteTable", {"TableName": table.name})))


def _play(ports: tuple[int, int], seed: int, makers: list[Callable[[], Request]], tally: Tally) -> None:
    for make in makers:
        request = make()
        if not _same_answers(ports, seed, request, tally):
            return
        if request.operation == "UpdateItem" and not _same_item(ports, seed, request, tally):
            return
    for table in TABLES:
        request = Request("Scan", {"TableName": table.name, "ConsistentRead": True})
        tally.compare(seed, request, ask(ports[0], request), ask(ports[1], request))


def _same_answers(ports: tuple[int, int], seed: int, request: Request, tally: Tally) -> bool:
    """Whether both servers went the same way; a scan by pages is compared as a whole, for their orders differ."""
    if request.operation == "Scan" and "Limit" in request.params:
        whole = tuple(_all_pages(port, request) for port in ports)
        return tally.compare(seed, request, *whole)
    ours, theirs = ask(ports[0], request), ask(ports[1], request)
    for _ in range(PAGES_MAX):
        last = ours.body.get("LastEvaluatedKey")
        if not tally.compare(seed, request, ours, theirs):
            return False
        if request.operation != "Query" or last is None or last != theirs.body.get("LastEvaluatedKey"):
            return True
        request = Request(request.operation, {**request.params, "ExclusiveStartKey": last})
        ours, theirs = ask(ports[0], request), ask(ports[1], request)
    return True


def _all_pages(port: int, request: Request) -> Answer:
    """All items of a scan in one answer."""
    answer, items = ask(port, request), []
    while answer.status == http.HTTPStatus.OK:
        items += answer.body.get("Items", [])
        last = answer.body.get("LastEvaluatedKey")
        if last is None:
            return Answer(answer.status, body={"Items": sorted(items, key=_text)})
        answer = ask(port, Request("Scan", {**request.params, "ExclusiveStartKey": last}))
    return answer


def _text(item: object) -> str:
    return json.dumps(item, sort_keys=True)


def _same_item(ports: tuple[int, int], seed: int, update: Request, tally: Tally) -> bool:
    """Whether both have the same item after an update, whose answer may not have told it."""
    request = Request("GetItem", {name: update.params[name] for name in ("TableName", "Key")})
    ours, theirs = ask(ports[0], request), ask(ports[1], request)
    if ours == theirs:
        return True
    return tally.compare(seed, request, ours, theirs) and ours.status != 200


def _expect(answer: Answer) -> None:
    if answer.status != 200:
        raise RuntimeError(str(answer))
