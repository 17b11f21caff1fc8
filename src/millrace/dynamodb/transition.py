"""How a table gets from CREATING, UPDATING or DELETING to where it is going.

What is asked of a table is in its row at once; beside it stands, as `Pending`, until when descriptions say that it
is still under way. `watch_over` has `life.TableLife` look at the table then, also after a restart, and `settle`
makes what is over so. Without a delay that is in the transaction of the request itself.

Which changes AWS tells by TableStatus, and which by the status of an index or a setting alone, is from ack-api-quirks
DDB-TABLE-410.
"""

from collections.abc import Container, Iterator
from dataclasses import replace

from millrace.dynamodb import backfill, catalog, counts, deletion, provision
from millrace.dynamodb.catalog import ON_DEMAND, Capacity, Index, Pending, Table
from millrace.dynamodb.vectors.index import VectorIndex
from millrace.storage.interface import Reader, Writer

# By ARN of each table with something pending: when the first of it is over, as the text of epoch seconds.
SPACE = "transitions"


def under_way(before: Table, after: Table, now: float, seconds: float, asked: Container[str]) -> Table:
    """`after` on its way there from `before`, for `seconds` from `now`. `asked` are UpdateTable's parameters."""
    start = Pending("UPDATING", now + seconds, seconds)
    indexes = {index.name: index for index in after.indexes}
    kept = tuple(
        _changing(index, indexes.pop(index.name, None), after, before, start) for index in before.indexes
    )
    new = tuple(
        replace(index, pending=replace(start, status="CREATING", what="ALLOCATION"))
        for index in indexes.values()
    )
    after = replace(
        after,
        indexes=kept + new,
        definitions={**before.definitions, **after.definitions},
        vectors=_vectors(before, after, start),
        pending=_table_pending(before, after, start) or before.pending,
    )
    if any(_has_begun(before, index) for index in after.all_indexes):
        after = replace(after, pending=replace(start, what="INDEX"))
    if "SSESpecification" in asked:
        key = None if before.encryption is None else before.encryption["key"]
        after = replace(after, sealing=replace(start, detail=key))
    if "WarmThroughput" in asked:
        told = provision.warm(before.billing, before.throughput, before.capacity)
        after = replace(after, capacity=replace(after.capacity, warming=replace(start, throughput=told)))
    return after


def _table_pending(before: Table, after: Table, start: Pending) -> Pending | None:
    if before.billing != after.billing:
        return replace(start, what="IOPS")
    if before.throughput != after.throughput:
        return replace(start, what="IOPS", throughput=before.throughput)
    if (before.view, before.stream) != (after.view, after.stream):
        return replace(start, what="STREAM")
    if before.table_class != after.table_class:
        return replace(start, what="CLASS", detail=before.table_class)
    return None


def _has_begun(before: Table, index: Index | VectorIndex) -> bool:
    """Whether it is now that an index comes into being, or that it goes."""
    known = next((known for known in before.all_indexes if known.id == index.id), None)
    return known is None or (index.status == "DELETING" != known.status)


def _vectors(before: Table, after: Table, start: Pending) -> tuple[VectorIndex, ...]:
    """The vector indexes, which are made and deleted and never change."""
    staying = {index.id for index in after.vectors}
    kept = [
        index
        if index.id in staying
        else replace(index, filling=False, pending=replace(start, status="DELETING"))
        for index in before.vectors
    ]
    known = {index.id for index in before.vectors}
    new = [
        replace(index, pending=replace(start, status="CREATING", what="ALLOCATION"))
        for index in after.vectors
        if index.id not in known
    ]
    return (*kept, *new)


def _changing(index: Index, wanted: Index | None, after: Table, before: Table, start: Pending) -> Index:
    """An index that is to become `wanted`, or to go."""
    if wanted is None:
        return replace(index, filling=False, pending=replace(start, status="DELETING"))
    if index.throughput != wanted.throughput or index.capacity.most != wanted.capacity.most:
        # A change of the billing mode is told at once.
        told = index.throughput if before.billing == after.billing else None
        wanted = replace(wanted, pending=replace(start, throughput=told))
    if index.capacity.warm != wanted.capacity.warm and index.throughput == wanted.throughput:
        told = provision.warm(before.billing, index.throughput, index.capacity)
        warming = replace(start, throughput=told)
        wanted = replace(wanted, capacity=replace(wanted.capacity, warming=warming))
    return wanted


def watch_over(writer: Writer, table: Table) -> None:
    """Have the table looked at when the first of what it has pending is over."""
    moment = min((pending.until for pending in _pending(table)), default=None)
    if moment is None:
        writer.delete(SPACE, table.arn.encode())
        return
    writer.put(SPACE, table.arn.encode(), repr(moment).encode())
    backfill.tell(writer, table)


def moments(reader: Reader) -> list[tuple[str, float]]:
    """ARNs of the tables that have something pending, and when they are to be looked at."""
    return [(key.decode(), float(value)) for key, value in reader.range(SPACE)]


def settle(writer: Writer, arn: str, now: float) -> None:
    """Make so what is over at `now`, in epoch seconds: also take a table away whose time has come."""
    table = catalog.by_arn(writer, arn)
    if table is None:
        writer.delete(SPACE, arn.encode())
        return
    if table.status == "DELETING" and _over(table.pending, now):
        deletion.delete(writer, table, now)
        writer.delete(SPACE, arn.encode())
        return
    after = _settled(table, now)
    for index in table.all_indexes:
        if all(index.id != kept.id for kept in after.all_indexes):
            writer.drop(index.space)
            counts.forget(writer, index.id)
    catalog.save(writer, after)
    if any(index.filling and not index.is_allocating for index in after.all_indexes):
        after = backfill.begin_or_finish(writer, after)
    watch_over(writer, after)


def _settled(table: Table, now: float) -> Table:
    indexes = tuple(
        _settled_index(index, now)
        for index in table.indexes
        if not (index.status == "DELETING" and _over(index.pending, now))
    )
    vectors = tuple(
        replace(index, pending=_left(_filled_later(index.pending, now), now))
        for index in table.vectors
        if not (index.status == "DELETING" and _over(index.pending, now))
    )
    used = replace(table, indexes=indexes, vectors=vectors).used
    return replace(
        table,
        indexes=indexes,
        vectors=vectors,
        definitions={name: kind for name, kind in table.definitions.items() if name in used},
        pending=_left(table.pending, now),
        sealing=_left(table.sealing, now),
        capacity=_warmed(_stamped(table, now), now),
        **_times(table, now),
    )


def _times(table: Table, now: float) -> dict[str, float]:
    """When a change of the billing mode or of the class was done (ack-api-quirks DDB-TABLE-064 and -284)."""
    pending = table.pending
    if pending is None or not _over(pending, now):
        return {}
    if pending.what == "CLASS":
        return {"table_class_changed": now}
    # A change of units alone has units to tell while it lasts.
    switched = pending.what == "IOPS" and pending.throughput is None
    return {"billing_changed": now} if switched and table.billing == ON_DEMAND else {}


def _stamped(table: Table, now: float) -> Capacity:
    """AWS tells when a change of capacity was begun while it lasts, and afterwards when it was done."""
    pending, capacity = table.pending, table.capacity
    if pending is None or pending.throughput is None or not _over(pending, now):
        return capacity
    more = (
        table.throughput.read > pending.throughput.read or table.throughput.write > pending.throughput.write
    )
    less = (
        table.throughput.read < pending.throughput.read or table.throughput.write < pending.throughput.write
    )
    return replace(
        capacity,
        increased=now if more else capacity.increased,
        decreased=now if less else capacity.decreased,
    )


def _settled_index(index: Index, now: float) -> Index:
    pending = _left(_filled_later(index.pending, now), now)
    return replace(index, pending=pending, capacity=_warmed(index.capacity, now))


def _filled_later(pending: Pending | None, now: float) -> Pending | None:
    """A new index's items take at least as long as its resources did."""
    if pending is not None and pending.what == "ALLOCATION" and _over(pending, now):
        return replace(pending, until=pending.until + pending.seconds, what="BACKFILL")
    return pending


def _warmed(capacity: Capacity, now: float) -> Capacity:
    return replace(capacity, warming=_left(capacity.warming, now))


def _left(pending: Pending | None, now: float) -> Pending | None:
    return None if _over(pending, now) else pending


def _over(pending: Pending | None, now: float) -> bool:
    return pending is not None and pending.until <= now


def _pending(table: Table) -> Iterator[Pending]:
    capacities = (table.capacity, *(index.capacity for index in table.indexes))
    for pending in (
        table.pending,
        table.sealing,
        *(index.pending for index in table.all_indexes),
        *(capacity.warming for capacity in capacities),
    ):
        if pending is not None:
            yield pending
