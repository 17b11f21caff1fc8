"""What secondary and vector indexes go through, from their making until their table has them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from millrace.dynamodb.catalog import Pending


class IndexState:
    """The state of an index as AWS tells it, out of whether it is `filling` and what it has `pending`."""

    filling: bool
    pending: "Pending | None"

    @property
    def status(self) -> str:
        """AWS's IndexStatus, while its table is there."""
        if self.filling:
            return "CREATING"
        return "ACTIVE" if self.pending is None else self.pending.status

    @property
    def is_allocating(self) -> bool:
        """Whether it is so new that AWS would not have begun to fill it."""
        return self.pending is not None and self.pending.what == "ALLOCATION"
