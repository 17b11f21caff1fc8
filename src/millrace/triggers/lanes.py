"""Lanes: how the records of a shard are divided, so that one mapping has several batches in flight. Pure.

ParallelizationFactor divides the partitions of a shard by their hashes. Each lane has its own row, machine and
runner, so order holds for each partition key. When the factor changes, new rows take the place of the old ones:
they begin at the lowest old position and carry, as `history`, how far the old lanes had come. A record that its
old lane was done with is skipped. Nothing is delivered twice and nothing left out.

What an old lane knew of a batch that was failing (its attempts, its bounds) is not carried over: the batch is
divided anew, and the new ones have all their attempts.
"""

from collections.abc import Iterable
from dataclasses import replace

from millrace.triggers.delivery import Checkpoint, Reason

Rows = tuple[Checkpoint, ...]


def owns(row: Checkpoint, number: int, partition: int) -> bool:
    """Whether a record beyond the row's position is its lane's to deliver. `partition` is its hash."""
    if partition % row.lanes != row.lane:
        return False
    return not row.history or not _is_history(row.history, number, partition)


def has_done(rows: Rows, number: int, partition: int) -> bool:
    """Whether one of a shard's lanes, or one before them, is done with a record."""
    row = rows[partition % len(rows)]
    return number <= row.position or _is_history(row.history, number, partition)


def divide(rows: Rows, count: int) -> Rows:
    """So many lanes in place of the old ones. The first has all their counts, and their window."""
    if len(rows) == count:
        return rows
    low = min(row.position for row in rows)
    known = dict.fromkeys(done for row in rows for done in row.history)
    known[tuple(row.position for row in rows)] = None
    newest = max(rows, key=lambda row: row.result_at)
    fresh = Checkpoint(
        start=rows[0].start,
        position=low,
        result=newest.result,
        result_at=newest.result_at,
        lanes=count,
        history=tuple(done for done in known if max(done) > low),
    )
    return (
        replace(
            fresh,
            delivered=sum(row.delivered for row in rows),
            filtered=sum(row.filtered for row in rows),
            discarded=discarded(rows),
            invoked=sum(row.invoked for row in rows),
            failed=sum(row.failed for row in rows),
            # A tumbling window that is open goes on to its end in the first lane.
            window=next((row.window for row in rows if row.window is not None), None),
        ),
        *(replace(fresh, lane=lane) for lane in range(1, count)),
    )


def lose(rows: Rows, floor: int, later: Iterable[tuple[int, int]]) -> tuple[Rows, int]:
    """The rows after the records up to `floor` were trimmed, and how many of these nobody was done with.

    Whose they were nobody can tell any more, but how many is known: all, but for those that are counted already.
    `later` are the numbers and partition hashes of the records after `floor` that some lane has come to.
    """
    done = sum(row.done for row in rows) - sum(has_done(rows, *record) for record in later)
    lost = floor - rows[0].start - done
    moved = [row if row.position >= floor else _moved(row, floor) for row in rows]
    moved[0] = replace(moved[0], discarded=add(moved[0].discarded, Reason.TRIMMED, lost))
    return tuple(moved), lost


def _moved(row: Checkpoint, floor: int) -> Checkpoint:
    """The row of a lane that lost what stood before it. A batch that was failing is another one now."""
    return replace(
        row,
        position=floor,
        attempts=0,
        failed_at=None,
        bounds=tuple(end for end in row.bounds if end > floor),
        history=tuple(done for done in row.history if max(done) > floor),
    )


def reach(rows: Rows) -> int:
    """No lane, nor one before them, was done with any record beyond this number."""
    return max(max((row.position, *(max(done) for done in row.history))) for row in rows)


def discarded(rows: Iterable[Checkpoint]) -> dict[str, int]:
    """The discarded records of several rows, by reason."""
    counts: dict[str, int] = {}
    for row in rows:
        for reason, count in row.discarded.items():
            counts = add(counts, reason, count)
    return counts


def add(counts: dict[str, int], reason: str, count: int) -> dict[str, int]:
    """The counts with some more of a reason."""
    return {**counts, str(reason): counts.get(reason, 0) + count} if count else counts


def _is_history(history: tuple[tuple[int, ...], ...], number: int, partition: int) -> bool:
    return any(number <= done[partition % len(done)] for done in history)
