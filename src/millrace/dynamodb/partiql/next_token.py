"""NextToken: where the page of a SELECT ended. It serves the same statement with the same parameters only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb.values import AttributeValue

_DIGEST_BYTES = 16


class Position(NamedTuple):
    """Behind the row with this key, in the range with the index `among` of those of the statement."""

    among: int
    key: bytes


def encode(position: Position, statement: str, parameters: Sequence[AttributeValue] | None) -> str:
    """The token for the next page."""
    digest = _digest(statement, parameters)
    return urlsafe_b64encode(digest + position.among.to_bytes() + position.key).decode()


def decode(token: str, statement: str, parameters: Sequence[AttributeValue] | None) -> Position:
    """What a token says. ValidationException if it is none, or that of another request."""
    try:
        raw = urlsafe_b64decode(token)
    except (Base64Error, ValueError):
        raise invalid() from None
    if len(raw) <= _DIGEST_BYTES:
        raise invalid()
    if raw[:_DIGEST_BYTES] != _digest(statement, parameters):
        raise validation_error("NextToken does not match request")
    return Position(raw[_DIGEST_BYTES], raw[_DIGEST_BYTES + 1 :])


def invalid() -> AwsError:
    """The refusal of a token that this server did not give."""
    return validation_error("Invalid NextToken")


def _digest(statement: str, parameters: Sequence[AttributeValue] | None) -> bytes:
    request: list[Any] = [statement, list(parameters or ())]
    return blake2b(orjson.dumps(request, option=orjson.OPT_SORT_KEYS), digest_size=_DIGEST_BYTES).digest()
