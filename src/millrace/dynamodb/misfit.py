"""What is said of a value that is none, in the words of the part of AWS that reads it.

AWS judges values in two layers. GetItem, BatchGetItem and Query run the newer one; batches of writes, transactions, Scan
and statements run the older, which reads exponents as 32 bit integers. What the newer says to PutItem, UpdateItem and
DeleteItem has been on its way from region to region since June 2026; these three keep the sentences from before.
"""

from millrace.core.errors import AwsError

older_integer_bits = 32
newer_integer_bits = 64


class MisfitError(AwsError):
    """ValidationException for a value that is none: `newer` and `older` are the two layers' sentences."""

    def __init__(self, message: str, *, newer: str | None = None, older: str | None = None) -> None:
        super().__init__("ValidationException", message, status=400)
        self.newer = newer or message
        self.older = older or message

    def of_newer(self) -> "MisfitError":
        """The same, as the newer layer says it."""
        return MisfitError(self.newer)

    def of_older(self) -> "MisfitError":
        """The same, as the older layer says it."""
        return MisfitError(self.older)

    def of_placeholder(self, name: str) -> "MisfitError":
        """The same, of a value in ExpressionAttributeValues: the newer layer does not tell which."""
        front = "ExpressionAttributeValues contains invalid value: "
        return MisfitError(
            f"{front}{self.message} for key {name}",
            newer=self.newer,
            older=f"{front}{self.older} for key {name}",
        )
