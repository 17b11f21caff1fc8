"""Client request tokens: what makes a repeated transaction happen once.

A token's row is written in the transaction that it names, so the two cannot part. It counts for ten minutes.
Rows are kept by the ten minutes in which they were written, each such time in a space of its own: two of them are
looked into, and what is older is dropped, space by space, by whoever writes the first row of a new one.
"""

from dataclasses import dataclass

import orjson

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Writer

# The table and size of each item of a transaction: the larger of what it was and what it became.
Sizes = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Token:
    """A ClientRequestToken. AWS keeps those of each operation apart; `fingerprint` tells requests apart."""

    operation: str
    text: str
    fingerprint: str

    @property
    def name(self) -> str:
        return _name(self.operation, self.text)

    def check_same(self, fingerprint: str) -> None:
        """Raise unless the earlier request with this token was the same."""
        if fingerprint != self.fingerprint:
            raise AwsError(
                "IdempotentParameterMismatchException",
                "DynamoDB rejected the request because you retried a request with a different payload but with "
                "an idempotent token that was already used.",
            )


def find(reader: Reader, scope: Scope, token: Token, now: float) -> Sizes | None:
    """What the transaction with this token consisted of; None if none happened in the last ten minutes.

    Raises IdempotentParameterMismatchException if it was another one.
    """
    found = _found(reader, scope, token.name, now)
    if found is None:
        return None
    fingerprint, sizes = found
    token.check_same(fingerprint)
    return sizes


def is_used(reader: Reader, scope: Scope, operation: str, text: str, now: float) -> bool:
    """Whether a transaction with this ClientRequestToken happened in the last ten minutes, the same or another."""
    return _found(reader, scope, _name(operation, text), now) is not None


def save(writer: Writer, scope: Scope, token: Token, sizes: Sizes, now: float) -> None:
    """Remember at `now`, in epoch seconds, that the transaction with this token happens."""
    period = int(now // limits.transaction_token_seconds)
    _turn(writer, scope, period)
    row = orjson.dumps((now, token.fingerprint, sizes))
    writer.put(_rows(scope, period), token.name.encode(), row)


def _found(reader: Reader, scope: Scope, name: str, now: float) -> tuple[str, Sizes] | None:
    """The fingerprint and the sizes that a token's row has."""
    for period in _periods(reader, scope):
        raw = reader.get(_rows(scope, period), name.encode())
        if raw is None:
            continue
        since, fingerprint, sizes = orjson.loads(raw)
        if now - since < limits.transaction_token_seconds:
            return fingerprint, [(table_name, size) for table_name, size in sizes]
    return None


def _name(operation: str, text: str) -> str:
    return f"{operation}/{text}"


def _turn(writer: Writer, scope: Scope, period: int) -> None:
    """Let a new period begin, and forget those that cannot count any more."""
    known = _periods(writer, scope)
    if period in known:
        return
    for past in known:
        if past < period - 1:
            writer.drop(_rows(scope, past))
    kept = [period, *(past for past in known if past >= period - 1)]
    writer.put(_space(scope), b"", orjson.dumps(kept))


def _periods(reader: Reader, scope: Scope) -> list[int]:
    raw = reader.get(_space(scope), b"")
    return [] if raw is None else orjson.loads(raw)


def _space(scope: Scope) -> str:
    return f"transactions/{scope.path}"


def _rows(scope: Scope, period: int) -> str:
    return f"transactions/{scope.path}/{period}"
