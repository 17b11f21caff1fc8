"""Which items of a table expire, in the order in which they do.

While Time to Live is on, a table has a space of its own for this: an entry's key is the second at which the
item expires and the item's key. Entries change in the transaction that changes their item (see `change`), so
the index is exact, and whoever expires items reads only those that are due.

One row a table says when its first item may be due. Only a write that makes that earlier tells of it
(`CHANGES`), so most writes cost the entry alone, and nobody has to look when nothing is due.
"""

from collections.abc import Iterator
from itertools import islice

from millrace.core import limits
from millrace.dynamodb.catalog import Table, TimeToLive
from millrace.dynamodb.row import Row
from millrace.dynamodb.values import Item
from millrace.storage.interface import Reader, Writer

# When each table's first item may be due, by the table's ARN; of all scopes.
ALARMS = "expiry/alarms"
# The journal that tells that one of them became earlier.
CHANGES = "expiry/changes"
_SECOND_BYTES = 8
# More digits than this make a time that `limits.clock_epoch_seconds_max` keeps any clock from.
_DIGITS_MAX = len(str(limits.clock_epoch_seconds_max))


def second(item: Item, attribute: str) -> int | None:
    """The epoch second from which on the item is expired; None if it never is.

    Only a Number counts, and what follows its point makes it later. Numbers that are no time the clock could
    ever show (before 1970, after the year 9000: often they are milliseconds) never expire.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
    """
    text = item.get(attribute, {}).get("N")
    if text is None or text.startswith("-"):
        return None
    whole, _, fraction = text.partition(".")
    if len(whole) > _DIGITS_MAX:
        return None
    moment = int(whole) + bool(fraction)
    return moment if moment <= limits.clock_epoch_seconds_max else None


def change(writer: Writer, table: Table, key: bytes, old: Row | None, new: Row | None, now: float) -> None:
    """Put the index in line with a change of the item at `key`. Only for tables with Time to Live."""
    ttl = table.ttl
    if ttl is None:
        return
    before = None if old is None else second(old.item, ttl.attribute)
    after = None if new is None else second(new.item, ttl.attribute)
    if before == after:
        return
    if before is not None:
        writer.delete(ttl.space, _entry(before, key))
    if after is not None:
        _add(writer, table, ttl, key, after, now)


def fill(writer: Writer, table: Table, ttl: TimeToLive, key: bytes, row: Row) -> None:
    """Give an item that was there before Time to Live was turned on its entry. Twice is as good as once."""
    moment = second(row.item, ttl.attribute)
    if moment is not None:
        _add(writer, table, ttl, key, moment, ttl.since)


def due(reader: Reader, ttl: TimeToLive, now: float, limit: int) -> list[tuple[int, bytes]]:
    """Up to `limit` items that are expired at epoch second `now`, the first first: their second and key."""
    return list(islice(_entries(reader, ttl, _moment(int(now) + 1)), limit))


def remove(writer: Writer, ttl: TimeToLive, moment: int, key: bytes) -> None:
    """Take an entry out."""
    writer.delete(ttl.space, _entry(moment, key))


def set_alarm(writer: Writer, table: Table) -> int | None:
    """Say when the table's first item may be due, after some are gone; None if none ever is."""
    first = None if table.ttl is None else next(_entries(writer, table.ttl, None), None)
    if first is None:
        writer.delete(ALARMS, table.arn.encode())
        return None
    writer.put(ALARMS, table.arn.encode(), _moment(first[0]))
    return first[0]


def alarms(reader: Reader) -> list[tuple[str, int]]:
    """ARNs of the tables that have something to expire, and when they are to be looked at."""
    return [(key.decode(), int.from_bytes(value)) for key, value in reader.range(ALARMS)]


def forget(writer: Writer, table: Table) -> None:
    """The table is to be deleted, or its Time to Live was turned off: drop the index."""
    if table.ttl is not None:
        writer.drop(table.ttl.space)
    writer.delete(ALARMS, table.arn.encode())


def _add(writer: Writer, table: Table, ttl: TimeToLive, key: bytes, moment: int, now: float) -> None:
    # AWS leaves alone what expired more than five years before it was written or Time to Live was turned on:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
    if moment < now - limits.expiry_age_seconds_max:
        return
    writer.put(ttl.space, _entry(moment, key), b"")
    arn = table.arn.encode()
    known = writer.get(ALARMS, arn)
    if known is None or _moment(moment) < known:
        writer.put(ALARMS, arn, _moment(moment))
        writer.trim(CHANGES, writer.append(CHANGES, arn) - limits.change_notices_max)


def _entries(reader: Reader, ttl: TimeToLive, high: bytes | None) -> Iterator[tuple[int, bytes]]:
    for entry, _ in reader.range(ttl.space, b"", high):
        yield int.from_bytes(entry[:_SECOND_BYTES]), entry[_SECOND_BYTES:]


def _entry(moment: int, key: bytes) -> bytes:
    return _moment(moment) + key


def _moment(moment: int) -> bytes:
    return moment.to_bytes(_SECOND_BYTES)
