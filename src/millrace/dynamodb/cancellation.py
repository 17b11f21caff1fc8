"""Why a transaction did not happen: one reason for each of its parts, in their order.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html
"""

from millrace.core.errors import AwsError

# The errors of a single write that cancel a transaction, and what they are called as its reasons.
_CODES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "ProvisionedThroughputExceededException": "ProvisionedThroughputExceeded",
    "ThrottlingException": "ThrottlingError",
    "TransactionConflictException": "TransactionConflict",
    "ValidationException": "ValidationError",
}


def conflict() -> AwsError:
    """The refusal of a write of an item that an ongoing transaction is writing."""
    return AwsError("TransactionConflictException", "Transaction is ongoing for the item")


def code_of(error: AwsError) -> str | None:
    """What a single write's error is called as a reason, and in a batch of statements; None if it is no reason."""
    return _CODES.get(error.code)


class Reasons:
    """The reasons of a transaction with so many parts; as long as none is added, it may go on."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._found: dict[int, dict[str, object]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, index: int, error: AwsError) -> None:
        """Keep what is wrong with one part. Raises `error` again if it is no reason, but refuses the request."""
        code = code_of(error)
        if code is None:
            raise error
        reason: dict[str, object] = {"Code": code, "Message": error.message}
        if "Item" in error.members:
            reason["Item"] = error.members["Item"]
        self._found[index] = reason

    def check(self) -> None:
        """Raise TransactionCanceledException if there is a reason to."""
        if not self._found:
            return
        reasons = [self._found.get(index) or {"Code": "None"} for index in range(self._count)]
        codes = ", ".join(str(reason["Code"]) for reason in reasons)
        raise AwsError(
            "TransactionCanceledException",
            f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
            members={"CancellationReasons": reasons},
        )


def is_of_request(error: AwsError) -> bool:
    """Whether a misfit of one part of a transactional write refuses the request instead of being a reason.

    AWS does so for key attributes that are empty, of a table or an index, and for nothing else that it finds
    by the table's schema (recorded by dynoxide's authors, issue nubo-db/dynoxide#95).
    """
    return "cannot contain an empty" in (error.message or "")
