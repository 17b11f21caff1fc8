"""Exports, imports and bulk operations as data: what was asked, how it ended, and the lists that tell it.

A job is kept for good, as on AWS, where nothing deletes one; its client token stands for it for eight hours.
One whose bucket is not there has failed by the time its start is answered; others are worked on, see `jobs`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import orjson

from millrace.core import arn as arns
from millrace.core import ids, limits
from millrace.core.arn import Arn, Scope
from millrace.core.context import Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import buckets
from millrace.storage.interface import Reader, Writer

Kind = Literal["export", "import", "bulk-operation"]
_TOKEN_BYTES = 56  # ListImports takes tokens of 112 hexadecimal digits or more


@dataclass(frozen=True, slots=True)
class Transfer:
    """One job. `told` is its description by AWS's names, as it stands now; `asked` the request it was started by."""

    id: str
    token: str
    asked: str
    started: float
    table: str
    told: Mapping[str, Any]


def parsed(arn: str, kind: Kind, scope: Scope) -> Arn:
    """The ARN of an export or an import. ValidationException if it is none, AccessDeniedException if it is another's."""
    parts = arns.parse(arn) if arn.count(":") >= 5 and arn.startswith("arn:") else None
    if parts is None or f"/{kind}/" not in parts.resource or parts.service != "dynamodb":
        raise validation_error(f"Invalid {kind.capitalize()} ARN")
    if parts.account != scope.account:
        raise AwsError("AccessDeniedException", "Access is denied")
    return parts


def new_id(now: float) -> str:
    """The last part of a job's ARN: milliseconds, so that ids are in order of time, and some digits of chance."""
    return f"{int(now * 1000):014d}-{ids.hexadecimal(8)}"


def asked(params: Params) -> str:
    """A request in a form that is equal for equal requests, whatever their tokens."""
    given = {name: value for name, value in params.items() if name != "ClientToken"}
    return orjson.dumps(given, option=orjson.OPT_SORT_KEYS).decode()


def failure(reader: Reader, bucket: str) -> Mapping[str, str]:
    """Why a job on this bucket fails, by AWS's names; empty if it need not."""
    try:
        buckets.find(reader, bucket)
    except buckets.NoSuchBucketError as error:
        return {"FailureCode": error.code, "FailureMessage": str(error)}
    return {}


def put(writer: Writer, kind: Kind, scope: Scope, transfer: Transfer) -> None:
    writer.put(_space(kind, scope), transfer.id.encode(), orjson.dumps(asdict(transfer)))
    writer.put(_space(kind, scope) + "/tokens", transfer.token.encode(), transfer.id.encode())


def find(reader: Reader, kind: Kind, scope: Scope, arn: str) -> Transfer | None:
    """The job with this ARN."""
    raw = reader.get(_space(kind, scope), arn.rpartition("/")[2].encode())
    transfer = None if raw is None else _decode(raw)
    return transfer if transfer is not None and arn == f"{transfer.table}/{kind}/{transfer.id}" else None


def by_token(reader: Reader, kind: Kind, scope: Scope, token: str, now: float) -> Transfer | None:
    """The job that this client token started lately."""
    key = reader.get(_space(kind, scope) + "/tokens", token.encode())
    raw = None if key is None else reader.get(_space(kind, scope), key)
    transfer = None if raw is None else _decode(raw)
    if transfer is None or transfer.started + limits.transfer_token_seconds_max <= now:
        return None
    return transfer


def page(
    reader: Reader,
    kind: Kind,
    scope: Scope,
    limit: int | None,
    token: str | None,
    wanted: Callable[[Transfer], bool],
) -> tuple[list[Transfer], str | None]:
    """Some of the jobs, the newest first, and the token to go on with."""
    most = limit or limits.transfers_page_default
    high = None if token is None else _parse_token(kind, token)
    found: list[Transfer] = []
    for _, raw in reader.range(_space(kind, scope), high=high, reverse=True):
        transfer = _decode(raw)
        if wanted(transfer):
            found.append(transfer)
        if len(found) > most:
            return found[:most], _token(kind, found[most - 1].id)
    return found, None


def _token(kind: Kind, last: str) -> str:
    return f"{kind[0]}{last}".encode().ljust(_TOKEN_BYTES, b" ").hex()


def _parse_token(kind: Kind, token: str) -> bytes:
    try:
        text = bytes.fromhex(token).decode().rstrip()
    except ValueError:
        text = ""
    if not text.startswith(kind[0]):
        raise validation_error(f"Invalid Request: Provided nextToken is invalid: {token}")
    return text[1:].encode()


def _decode(raw: bytes) -> Transfer:
    return Transfer(**orjson.loads(raw))


def _space(kind: Kind, scope: Scope) -> str:
    return f"{kind}s/{scope.path}"
