"""The statements of one BatchExecuteStatement: each is carried out alone, and one's failure is its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from millrace.core.arn import Scope
from millrace.core.context import Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog
from millrace.dynamodb.capacity import Consumption
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.operations.statements import exists_misplaced, refuse_several_key_attributes, tells
from millrace.dynamodb.partiql.compile import Prepared, prepare
from millrace.dynamodb.partiql.edit import Edit, Existence, returned
from millrace.dynamodb.partiql.parser import parse
from millrace.dynamodb.partiql.selection import Selection
from millrace.dynamodb.partiql.syntax import Exists, Select
from millrace.dynamodb.row import Row, answer
from millrace.dynamodb.transaction import Transactions
from millrace.dynamodb.write import Planned
from millrace.storage.interface import Reader, Writer

# The codes of a statement's error that are not those of the other operations without their last word.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchStatementError.html
_INVALID = "ValidationError"


class Member:
    """One statement of a batch, or why it cannot be carried out."""

    def __init__(self, form: Params) -> None:
        self.consistent = bool(form.get("ConsistentRead"))
        self.reads: bool | None = None
        """Whether it is a read or a write, whatever is wrong with it; None for what is no statement."""
        self.prepared: Prepared | AwsError
        try:
            parsed = parse(form["Statement"]).statement
            self.reads = None if isinstance(parsed, Exists) else isinstance(parsed, Select)
            self.prepared = prepare(form["Statement"], form.get("Parameters"), tell=tells(form))
            if isinstance(self.prepared, Existence):
                self.prepared = exists_misplaced()
        except AwsError as error:
            self.prepared = error


class _Target(NamedTuple):
    """What one statement is about: an item of a table, and the write of it if it is one."""

    table: Table
    key: bytes
    planned: Planned | None


@dataclass(slots=True)
class Done:
    """What became of a batch."""

    responses: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    tables: dict[str, Consumption] = field(default_factory=dict[str, Consumption])

    def consumption(self, table: Table) -> Consumption:
        return self.tables.setdefault(table.name, Consumption(table))

    def consumed(self, how: str | None) -> list[Mapping[str, Any]] | None:
        """ConsumedCapacity by table, as ReturnConsumedCapacity asks for it."""
        told = [one for consumption in self.tables.values() if (one := consumption.told(how)) is not None]
        return told or None


class Batch:
    """All statements of a batch. ValidationException if some read and some write."""

    def __init__(self, members: Sequence[Member], scope: Scope) -> None:
        self._members = members
        self._scope = scope
        self.writes = any(one.reads is False for one in members)
        """Whether its statements are writes."""
        if self.writes and any(one.reads for one in members):
            raise validation_error("Read and write requests together in the same batch is not supported.")

    def read(self, reader: Reader) -> Done:
        """Carry out the reads. ValidationException if two are of one item."""
        done = Done()
        for member, target in self._targets(reader):
            if isinstance(target, AwsError) or not isinstance(member.prepared, Selection):
                done.responses.append(_failed(target, None))
                continue
            stored = reader.get(target.table.space, target.key)
            row = None if stored is None else Row.stored(stored)
            done.consumption(target.table).read(row.size if row else 0, consistent=member.consistent)
            item = None if row is None else member.prepared.shown(row)
            done.responses.append(_succeeded(target.table, item))
        return done

    def write(self, writer: Writer, now: float, transactions: Transactions) -> Done:
        """Carry out the writes at `now`, in epoch seconds. ValidationException if two are of one item."""
        done = Done()
        for member, target in self._targets(writer):
            if isinstance(target, AwsError) or isinstance(member.prepared, Selection | AwsError):
                done.responses.append(_failed(target, None))
            else:
                done.responses.append(_write(writer, now, transactions, member.prepared, target, done))
        return done

    def _targets(self, reader: Reader) -> list[tuple[Member, "_Target | AwsError"]]:
        targets = [(member, self._target(reader, member)) for member in self._members]
        items = [(one.table.space, one.key) for _, one in targets if isinstance(one, _Target)]
        if len(set(items)) < len(items):
            raise validation_error("Provided list of item keys contains duplicates")
        return targets

    def _target(self, reader: Reader, member: Member) -> "_Target | AwsError":
        prepared = member.prepared
        if isinstance(prepared, AwsError):
            return prepared
        try:
            if isinstance(prepared, Selection):
                table = catalog.find(reader, self._scope, prepared.source.table)
                return _Target(table, _row_key(prepared, table), None)
            table = catalog.find(reader, self._scope, prepared.table_name)
            planned = prepared.on(table).plan(reader, self._scope)
            return _Target(table, planned.key, planned)
        except AwsError as error:
            return error


def _row_key(selection: Selection, table: Table) -> bytes:
    refuse_several_key_attributes(table, selection.source.index)
    key = None if selection.source.index is not None else selection.key(table)
    if key is None:
        raise validation_error(
            "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
        )
    return table.schema.key_of_key(key)


def _write(
    writer: Writer, now: float, transactions: Transactions, edit: Edit, target: _Target, done: Done
) -> dict[str, Any]:
    planned = target.planned
    if planned is None:
        raise TypeError(target)
    try:
        if transactions.ongoing:
            transactions.check_free(planned)
        change = planned.apply(writer, now)
    except AwsError as error:
        done.consumption(target.table).units += 1.0  # AWS takes what the write would have; at least this
        return _failed(error, target.table)
    done.consumption(target.table).write(change)
    item = returned(edit, change)
    return _succeeded(target.table, None if item is None else answer(item))


def _succeeded(table: Table, item: Any) -> dict[str, Any]:
    return {"TableName": table.name, **({} if item is None else {"Item": item})}


def _failed(error: "AwsError | _Target", table: Table | None) -> dict[str, Any]:
    """As recorded by dynoxide's tests, AWS names the table of a statement that failed, not of a wrong one."""
    if not isinstance(error, AwsError):
        raise TypeError(error)
    code = _INVALID if error.code == "ValidationException" else error.code.removesuffix("Exception")
    told: dict[str, Any] = {"Code": code, "Message": error.message}
    if "Item" in error.members:
        told["Item"] = error.members["Item"]
    return {"Error": told, **({} if table is None or code == _INVALID else {"TableName": table.name})}
