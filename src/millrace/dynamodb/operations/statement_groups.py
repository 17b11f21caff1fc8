"""Several statements of PartiQL in one request: BatchExecuteStatement, each alone, and ExecuteTransaction.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.batching.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.transactions.html
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

import orjson

from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import capacity, catalog, transaction, values
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.operations.statement_batch import Batch, Member
from millrace.dynamodb.operations.statements import tells
from millrace.dynamodb.partiql.compile import Prepared, prepare
from millrace.dynamodb.partiql.edit import Edit
from millrace.dynamodb.partiql.selection import Selection
from millrace.dynamodb.request import Compiled
from millrace.dynamodb.tokens import Token
from millrace.dynamodb.transaction import Get, Transactions
from millrace.dynamodb.write import Write
from millrace.storage.interface import Reader, Storage

T = TypeVar("T")


class StatementGroups:
    """The two operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock, transactions: Transactions) -> None:
        self._storage = storage
        self._clock = clock
        self._transactions = transactions

    def operations(self) -> Mapping[str, Operation]:
        return {
            "BatchExecuteStatement": self.batch_execute_statement,
            "ExecuteTransaction": self.execute_transaction,
        }

    async def batch_execute_statement(self, context: Context, params: Params) -> Output:
        batch = Batch([Member(form) for form in params["Statements"]], context.scope)
        if batch.writes:
            now = self._clock.now()
            done = await self._storage.write(lambda writer: batch.write(writer, now, self._transactions))
        else:
            done = await self._storage.read(batch.read)
        return {
            "Responses": done.responses,
            "ConsumedCapacity": done.consumed(params.get("ReturnConsumedCapacity")),
        }

    async def execute_transaction(self, context: Context, params: Params) -> Output:
        forms: list[Params] = params["TransactStatements"]
        prepared = [_of_part(index, lambda form=form: _prepared(form)) for index, form in enumerate(forms)]
        selections = [one for one in prepared if isinstance(one, Selection)]
        edits = [one for one in prepared if not isinstance(one, Selection)]
        if selections and edits:
            raise validation_error(
                "ExecuteTransaction API does not support both read and write operations in the same request."
            )
        return await (
            self._read(context, params, selections) if selections else self._write(context, params, edits)
        )

    async def _read(self, context: Context, params: Params, selections: Sequence[Selection]) -> Output:
        tables = await self._tables(context, [selection.source.table for selection in selections])
        gets = [
            _of_part(index, lambda selection=selection, table=table: _get(selection, table))
            for index, (selection, table) in enumerate(zip(selections, tables, strict=True))
        ]
        found = await self._transactions.read(context.scope, gets)
        rows = [row for _, row in found]
        transaction.check_answer(sum(row.size for row in rows if row is not None))
        sizes = [(table.name, 0 if row is None else row.size) for table, row in found]
        return {
            "Responses": [
                {} if row is None else {"Item": selection.shown(row)}
                for selection, row in zip(selections, rows, strict=True)
            ],
            "ConsumedCapacity": capacity.read_in_transaction(sizes, params.get("ReturnConsumedCapacity")),
        }

    async def _write(self, context: Context, params: Params, edits: Sequence[Edit]) -> Output:
        tables = await self._tables(context, [edit.table_name for edit in edits])
        writes = [
            _of_part(index, lambda edit=edit, table=table: _written(edit, table))
            for index, (edit, table) in enumerate(zip(edits, tables, strict=True))
        ]
        transaction.check_payload(sum(values.size(one.item) for one in writes))
        done = await self._transactions.write(context.scope, writes, _token(params))
        how = params.get("ReturnConsumedCapacity")
        return {
            "Responses": [],
            "ConsumedCapacity": capacity.written_in_transaction(done.changes, how)
            if done.replayed is None
            else capacity.read_in_transaction(done.replayed, how),
        }

    async def _tables(self, context: Context, names: Sequence[str]) -> list[Table]:
        def read(reader: Reader) -> list[Table]:
            return [catalog.find(reader, context.scope, name) for name in names]

        return await self._storage.read(read)


def _prepared(form: Params) -> Prepared:
    return prepare(form["Statement"], form.get("Parameters"), tell=tells(form))


def _get(selection: Selection, table: Table) -> Get:
    if selection.source.index is not None:
        raise validation_error("Reads on indices are not supported within transactions.")
    key = selection.key(table)
    if key is None:
        raise validation_error(
            "Select statements within ExecuteTransaction must specify the primary key in the where clause."
        )
    return Get(selection.source.table, key, Compiled())


def _written(edit: Edit, table: Table) -> Write:
    if edit.returning is not None:
        raise validation_error("RETURNING clause is not supported in ExecuteTransaction.")
    return edit.on(table)


def _of_part(index: int, make: Callable[[], T]) -> T:
    """What `make` gives; its refusal names the statement, unless that is none at all."""
    try:
        return make()
    except AwsError as error:
        message = error.message or ""
        if error.code != "ValidationException" or message.startswith(_UNNAMED):
            raise
        raise validation_error(f"Validation failed in TransactStatements[{index}]: {message}") from error


_UNNAMED = (  # a text that is no statement, and parameters that are no values
    "The parameter cannot be converted to a numeric value",
    "Nesting Levels have exceeded",
)


def _token(params: Params) -> Token | None:
    text = params.get("ClientRequestToken")
    if text is None:
        return None
    parts = orjson.dumps(params["TransactStatements"], option=orjson.OPT_SORT_KEYS)
    return Token("ExecuteTransaction", text, sha256(parts).hexdigest())
