"""Copies of a table at one moment, made in the background: into a backup, or into a table that is restored.

The items are copied some at a time while the table goes on changing, so what is copied is of no moment at
all. But from the transaction that begins a copy on, the table keeps its history (see `history`), and taking
back all changes after the number that was the moment's, in reverse order, puts every item right: one that
changed gets what its first change replaced, and one that did not is the same whenever it was copied. Going
back further than the beginning of the copy is the same thing, which is point-in-time recovery. (Saving old
items into the copy as they change would be less to write where one item changes often, but it would be
a second mechanism, and every write would have to know of every copy.)

A copy is a row until it is done. After a crash it begins anew: doing any part twice does no harm.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial

import orjson

from millrace.core import arn as arns
from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.dynamodb import backup as backups
from millrace.dynamodb import catalog, change, history, jobs
from millrace.dynamodb.backup import Backup
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.keys import prefix_end
from millrace.dynamodb.row import Row
from millrace.storage.interface import Reader, Writer

# The copies that are under way, of all scopes, by the space that is copied.
SPACE = "copies"
# The journal that tells that one was begun.
BEGUN = "copies/begun"

_Placing = Callable[[bytes, bytes | None], None]


@dataclass(frozen=True, slots=True)
class Copy:
    """The copying of `space` into `target`, the ARN of a backup, an export or a table. `source` is the ARN of its owner.

    `table_id` says whose history tells what to take back: all changes after number `through`. None: the
    space does not change. `orphan`: the table is gone, and the last copy of its space drops it.
    """

    id: str
    source: str
    space: str
    target: str
    table_id: str | None = None
    through: int = 0
    orphan: bool = False


def begin(writer: Writer, table: Table, target: str, through: int | None = None) -> Table:
    """Begin a copy of a table as it is now, or as it was at change number `through`.

    Answers the table, which keeps its history from now on.
    """
    if not table.history:
        table = replace(table, history=True)
        catalog.save(writer, table)
    number = history.head(writer, table.id) if through is None else through
    _begin(writer, Copy(ids.uuid(), table.arn, table.space, target, table.id, number))
    return table


def begin_from(writer: Writer, backup: Backup, target: str) -> None:
    """Begin a copy of a backup."""
    _begin(writer, Copy(ids.uuid(), backup.arn, backup.space, target))


def all_of(reader: Reader) -> list[Copy]:
    """All copies that are under way."""
    return [_decode(raw) for _, raw in reader.range(SPACE)]


def any_under_way(reader: Reader) -> bool:
    """Whether there is a copy that is not done."""
    return any(True for _ in reader.range(SPACE, limit=1))


def uses(reader: Reader, backup: Backup) -> bool:
    """Whether a table is being restored from this backup, or its items are still being copied elsewhere."""
    return bool(_of(reader, backup.space))


def restores(reader: Reader, scope: Scope) -> int:
    """How many tables of a scope are being restored."""
    targets = [copy.target for copy in all_of(reader)]
    tables = [target for target in targets if not (backups.is_arn(target) or jobs.is_export(target))]
    return sum(arns.parse(target).scope == scope for target in tables)


def oldest_needed(reader: Reader, table: Table) -> int | None:
    """The number after which a table's history is needed by copies; None if none needs it."""
    return min((copy.through for copy in _of(reader, table.space) if copy.table_id), default=None)


def abandon(writer: Writer, table: Table, *, kept: bool) -> bool:
    """A table with a history is to be deleted: answers whether its items are still being copied.

    Then whoever copies last drops the history and, unless the items are `kept` in a backup, their space.
    """
    copies = _of(writer, table.space)
    for copy in copies:
        _put(writer, replace(copy, orphan=not kept))
    if not copies:
        history.drop(writer, table.id)
    return bool(copies)


def copy_some(writer: Writer, copy: Copy, after: bytes) -> bytes | None:
    """Copy some items from `after` on; answers where to go on, or None at the end."""
    put = _target(writer, copy)
    if put is None:
        return None
    rows = _some(writer, copy.space, after)
    for key, value in rows:
        put(key, value)
    return rows[-1][0] + b"\0" if rows else None


def undo_some(writer: Writer, copy: Copy, number: int) -> int:
    """Take back some changes, from `number` down; answers the number to go on with. It ends at `through`."""
    put = _target(writer, copy)
    if put is None or copy.table_id is None:
        return copy.through
    low = max(copy.through, number - limits.copy_undo_changes_max)
    for former in reversed(history.between(writer, copy.table_id, low, number)):
        put(former.key, former.value)
    return low


def finish(writer: Writer, copy: Copy) -> None:
    """All is copied: the target may be used, and what only this copy needed is dropped."""
    if jobs.is_export(copy.target):
        jobs.make_ready(writer, copy.target)
    elif backups.is_arn(copy.target):
        backup = backups.by_arn(writer, copy.target)
        if backup is not None:
            backups.save(writer, replace(backup, available=True))
    else:
        table = catalog.by_arn(writer, copy.target)
        if table is not None:
            catalog.save(writer, replace(table, restore=None))
    _release(writer, copy)


def copy_at_once(writer: Writer, source: str, target: str) -> None:
    """Copy a space that is small within the transaction that asks for it."""
    for key, value in list(writer.range(source)):
        writer.put(target, key, value)


def stop_history(writer: Writer, table: Table) -> Table:
    """The table without its history, if nothing needs it any more."""
    if not table.history or table.recovery is not None or _of(writer, table.space):
        return table
    history.drop(writer, table.id)
    table = replace(table, history=False)
    catalog.save(writer, table)
    return table


def _release(writer: Writer, copy: Copy) -> None:
    writer.delete(SPACE, _key(copy))
    if copy.table_id is None or _of(writer, copy.space):
        return
    table = catalog.by_arn(writer, copy.source)
    if table is not None and table.id == copy.table_id:
        stop_history(writer, table)
        return
    history.drop(writer, copy.table_id)
    if copy.orphan:
        writer.drop(copy.space)


def _some(reader: Reader, space: str, after: bytes) -> list[tuple[bytes, bytes]]:
    """As many rows from `after` on as one transaction should copy."""
    rows: list[tuple[bytes, bytes]] = []
    size = 0
    for key, value in reader.range(space, after, limit=limits.copy_items_max):
        rows.append((key, value))
        size += len(value)
        if size >= limits.copy_bytes_max:
            break
    return rows


def _target(writer: Writer, copy: Copy) -> _Placing | None:
    """What puts a row, or None for no row, at a key of the target. None if there is no such target."""
    if jobs.is_export(copy.target):
        job = jobs.find(writer, copy.target)
        return None if job is None else partial(_place, writer, job.space)
    if backups.is_arn(copy.target):
        backup = backups.by_arn(writer, copy.target)
        return None if backup is None else partial(_place, writer, backup.space)
    table = catalog.by_arn(writer, copy.target)
    return None if table is None else partial(_place_in_table, writer, table)


def _place(writer: Writer, space: str, key: bytes, value: bytes | None) -> None:
    if value is None:
        writer.delete(space, key)
    else:
        writer.put(space, key, value)


def _place_in_table(writer: Writer, table: Table, key: bytes, value: bytes | None) -> None:
    row = None if value is None else Row.stored(value)
    # The table has no stream, no Time to Live and no history yet: nobody asks when this was.
    change.apply(writer, table, key, lambda _old: row, 0.0)


def _of(reader: Reader, space: str) -> list[Copy]:
    """The copies of one space that are under way."""
    front = f"{space}/".encode()
    return [_decode(raw) for _, raw in reader.range(SPACE, front, prefix_end(front))]


def _begin(writer: Writer, copy: Copy) -> None:
    _put(writer, copy)
    writer.trim(BEGUN, writer.append(BEGUN, copy.target.encode()) - limits.change_notices_max)


def _put(writer: Writer, copy: Copy) -> None:
    writer.put(SPACE, _key(copy), orjson.dumps(asdict(copy)))


def _key(copy: Copy) -> bytes:
    return f"{copy.space}/{copy.id}".encode()


def _decode(raw: bytes) -> Copy:
    return Copy(**orjson.loads(raw))
