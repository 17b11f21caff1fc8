"""Batches: several messages in one request, each of which succeeds or fails by itself."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from millrace.core import limits
from millrace.core.errors import AwsError

Entry = Mapping[str, Any]

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
# Errors of entries go by the codes of the query protocol.
_CODES = {"MissingRequiredParameterException": "MissingParameter"}


def check(entries: Sequence[Entry], kind: str) -> None:
    """Raise what is wrong with a batch as a whole; `kind` is AWS's name for its entries."""
    if not entries:
        raise AwsError("EmptyBatchRequest", f"There should be at least one {kind} in the request.")
    if len(entries) > limits.queue_batch_entries_max:
        raise AwsError(
            "TooManyEntriesInBatchRequest",
            f"Maximum number of entries per request are {limits.queue_batch_entries_max}. "
            f"You have sent {len(entries)}.",
        )
    seen = set[str]()
    for entry in entries:
        name = entry["Id"]
        if not _ID.fullmatch(name):
            raise AwsError(
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
                "It can be at most 80 letters long.",
            )
        if name in seen:
            raise AwsError("BatchEntryIdsNotDistinct", f"Id {name} repeated.")
        seen.add(name)


def each(entries: Sequence[Entry], do: Callable[[Entry], Mapping[str, Any]]) -> dict[str, Any]:
    """`Successful` and `Failed`: what `do` answers for every entry, or the AwsError that it raises."""
    done: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        try:
            done.append({"Id": entry["Id"], **do(entry)})
        except AwsError as error:
            failed.append(_failure(entry, error))
    return {"Successful": done or None, "Failed": failed or None}


def _failure(entry: Entry, error: AwsError) -> dict[str, Any]:
    code = _CODES.get(error.code, error.code.removesuffix("Exception"))
    return {"Id": entry["Id"], "SenderFault": True, "Code": code, "Message": error.message}
