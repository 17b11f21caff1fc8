"""Transactions: up to a hundred writes that happen together or not at all, and reads of one state.

TransactWriteItems, TransactGetItems and ExecuteTransaction are this. Storage carries a transaction out in one
step, so nothing ever waits for it. What AWS calls a conflict is still true while it is on its way to the disk:
until then its items are *ongoing*, and who else would write them, or read them in a transaction, is refused.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog, request, tokens
from millrace.dynamodb.cancellation import Reasons, conflict, is_of_request
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.change import Change
from millrace.dynamodb.request import Compiled
from millrace.dynamodb.row import Row
from millrace.dynamodb.tokens import Sizes, Token
from millrace.dynamodb.values import Item
from millrace.dynamodb.write import Planned, Write
from millrace.storage.interface import Reader, Storage, Writer

_Mark = tuple[str, bytes]  # an item: its table's space and its row's key


@dataclass(frozen=True, slots=True)
class Get:
    """A read of one item whose own parameters are right; `key` is normalised."""

    table_name: str
    key: Item
    found: Compiled

    def plan(self, reader: Reader, scope: Scope) -> "Found":
        """The read on its table. Raises ResourceNotFoundException without one, ValidationException on misfits."""
        table = catalog.find(reader, scope, self.table_name)
        request.check_scalars(table, self.found)
        return Found(table, table.schema.key_of_key(self.key))


class Found(NamedTuple):
    """A read that fits its table."""

    table: Table
    key: bytes


class Done(NamedTuple):
    """What became of a transaction's writes, in their order.

    If its token was used before, nothing changed now: there are no `changes`, but `replayed` has the tables and
    sizes of the items then.
    """

    changes: list[tuple[Table, Change]]
    replayed: Sizes | None = None


@dataclass(slots=True)
class _Flight:
    """One transaction from its first step until it is durable or refused, and the items it holds so long."""

    marks: list[_Mark] = field(default_factory=list[_Mark])
    over: bool = False


class Transactions:
    """All transactions over one storage. There is one of these, so that all who write know what is ongoing.

    `ongoing` is empty nearly always: who writes single items asks `if transactions.ongoing` before more.
    """

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._tokens: dict[tuple[Scope, str], Token] = {}
        self.ongoing: set[_Mark] = set()

    def holds(self, table: Table, key: bytes) -> bool:
        """Whether the item at `key` is part of an ongoing transaction."""
        return (table.space, key) in self.ongoing

    def check_free(self, planned: Planned) -> None:
        """Raise TransactionConflictException if this write's item is part of an ongoing transaction."""
        if self.holds(planned.table, planned.key):
            raise conflict()

    async def write(self, scope: Scope, writes: Sequence[Write], token: Token | None = None) -> Done:
        """Make all writes, or raise TransactionCanceledException with a reason for each.

        With a token that was used for the same within ten minutes nothing changes again. Also raises
        ValidationException, ResourceNotFoundException, IdempotentParameterMismatchException and
        TransactionInProgressException.
        """
        if token is None:
            return await self._fly(scope, writes, None)
        place = (scope, token.name)
        under_way = self._tokens.get(place)
        if under_way is not None:
            token.check_same(under_way.fingerprint)
            raise AwsError(
                "TransactionInProgressException", "Transaction from previous request is still in progress"
            )
        self._tokens[place] = token
        try:
            return await self._fly(scope, writes, token)
        finally:
            del self._tokens[place]

    async def read(self, scope: Scope, gets: Sequence[Get]) -> list[tuple[Table, Row | None]]:
        """Each item as it is, all at one moment. Raises TransactionCanceledException as `write` does."""

        def read(reader: Reader) -> list[tuple[Table, Row | None]]:
            places = _planned(reader, scope, gets, lambda _: False)
            reasons = Reasons(len(gets))
            for index, place in enumerate(places):
                if self.holds(place.table, place.key):
                    reasons.add(index, conflict())
            reasons.check()
            return [(place.table, _row(reader.get(place.table.space, place.key))) for place in places]

        return await self._storage.read(read)

    async def _fly(self, scope: Scope, writes: Sequence[Write], token: Token | None) -> Done:
        flight = _Flight()
        now = self._clock.now()

        def carry_out(writer: Writer) -> Done:
            self._release(flight)  # what it held if it is run again
            replayed = None if token is None else tokens.find(writer, scope, token, now)
            if replayed is not None:
                return Done([], replayed)
            planned = _planned(writer, scope, writes, is_of_request)
            changes = self._apply(writer, planned, now)
            if token is not None:
                tokens.save(writer, scope, token, [_size(*done) for done in changes], now)
            self._hold(flight, planned)
            return Done(changes)

        try:
            return await self._storage.write(carry_out)
        finally:
            # Whoever waited is gone, too, if it was cancelled: storage may still run the function again.
            flight.over = True
            self._release(flight)

    def _apply(self, writer: Writer, planned: Sequence[Planned], now: float) -> list[tuple[Table, Change]]:
        """Make all changes. As on AWS, each part is asked, so that every reason against it is told."""
        reasons = Reasons(len(planned))
        changes: list[tuple[Table, Change]] = []
        for index, one in enumerate(planned):
            try:
                if self.ongoing:
                    self.check_free(one)
                changes.append((one.table, one.apply(writer, now)))
            except AwsError as error:
                if is_of_request(error):
                    raise
                reasons.add(index, error)
        reasons.check()
        return changes

    def _hold(self, flight: _Flight, planned: Sequence[Planned]) -> None:
        if not flight.over:
            flight.marks = [(one.table.space, one.key) for one in planned]
            self.ongoing.update(flight.marks)

    def _release(self, flight: _Flight) -> None:
        self.ongoing.difference_update(flight.marks)
        flight.marks = []


class _Place(Protocol):
    """A part of a transaction that fits its table."""

    @property
    def table(self) -> Table: ...

    @property
    def key(self) -> bytes: ...


_P_co = TypeVar("_P_co", bound=_Place, covariant=True)


class _Part(Protocol[_P_co]):
    def plan(self, reader: Reader, scope: Scope) -> _P_co: ...


def _planned(
    reader: Reader, scope: Scope, parts: Sequence[_Part[_P_co]], refuses: Callable[[AwsError], bool]
) -> list[_P_co]:
    """The parts on their tables, each of another item.

    Missing tables and items that come twice are found first, then what does not fit its table. AWS tells only
    the first misfit, and it is a reason of its part unless it `refuses` the request.
    """
    planned: list[_P_co] = []
    seen: set[_Mark] = set()
    misfit: tuple[int, AwsError] | None = None
    for index, part in enumerate(parts):
        try:
            one = part.plan(reader, scope)
        except AwsError as error:
            if error.code != "ValidationException":
                raise
            misfit = misfit or (index, error)
            continue
        mark = (one.table.space, one.key)
        if mark in seen:
            raise validation_error("Transaction request cannot include multiple operations on one item")
        seen.add(mark)
        planned.append(one)
    if misfit is not None:
        index, error = misfit
        if refuses(error):
            raise error
        reasons = Reasons(len(parts))
        reasons.add(index, error)
        reasons.check()
    return planned


def check_payload(size: int) -> None:
    """Refuse a transaction whose items, keys, expressions and their values are more than 4 MiB together."""
    if size > limits.transaction_bytes_max:
        raise validation_error(f"Transaction payload size cannot exceed 4MB. Payload Size: {size}")


def check_answer(size: int) -> None:
    """Refuse to answer with items of more than 4 MiB together."""
    if size > limits.transaction_bytes_max:
        raise validation_error("Payload in response is too large.")


def _row(stored: bytes | None) -> Row | None:
    return None if stored is None else Row.stored(stored)


def _size(table: Table, change: Change) -> tuple[str, int]:
    return table.name, max((row.size for row in (change.old, change.new) if row is not None), default=0)
