"""TransactWriteItems and TransactGetItems."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import orjson

from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import validation_error
from millrace.dynamodb import capacity, request, transaction, values, write
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.misfit import MisfitError
from millrace.dynamodb.row import Row, answer
from millrace.dynamodb.tokens import Token
from millrace.dynamodb.transaction import Done, Get, Transactions
from millrace.dynamodb.values import Item
from millrace.dynamodb.write import Write

_WRITES: Mapping[str, Callable[[Params], Write]] = {
    "ConditionCheck": write.check,
    "Put": write.put,
    "Delete": write.delete,
    "Update": write.update,
}


class TransactionOperations:
    """The two operations, over all transactions there are."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def operations(self) -> Mapping[str, Operation]:
        return {
            "TransactGetItems": self.transact_get_items,
            "TransactWriteItems": self.transact_write_items,
        }

    async def transact_write_items(self, context: Context, params: Params) -> Output:
        forms = [_form(part) for part in params["TransactItems"]]
        try:
            writes = [_WRITES[kind](form) for kind, form in forms]
        except MisfitError as misfit:
            raise misfit.of_older() from None
        transaction.check_payload(
            sum(_payload(form, one) for (_, form), one in zip(forms, writes, strict=True))
        )
        done = await self._transactions.write(context.scope, writes, _token(params))
        how = params.get("ReturnConsumedCapacity")
        if done.replayed is not None:
            return {"ConsumedCapacity": capacity.read_in_transaction(done.replayed, how)}
        return {
            "ConsumedCapacity": capacity.written_in_transaction(done.changes, how),
            "ItemCollectionMetrics": _collections(
                params,
                done,
                [
                    one.item if kind != "ConditionCheck" else None
                    for (kind, _), one in zip(forms, writes, strict=True)
                ],
            ),
        }

    async def transact_get_items(self, context: Context, params: Params) -> Output:
        try:
            gets = [_get(part["Get"]) for part in params["TransactItems"]]
        except MisfitError as misfit:
            raise misfit.of_older() from None
        found = await self._transactions.read(context.scope, gets)
        answered = [_answered(get, row) for get, (_, row) in zip(gets, found, strict=True)]
        transaction.check_answer(sum(map(_answer_size, answered)))
        sizes = [(table.name, 0 if row is None else row.size) for table, row in found]
        return {
            "Responses": [{} if item is None else {"Item": answer(item)} for item in answered],
            "ConsumedCapacity": capacity.read_in_transaction(sizes, params.get("ReturnConsumedCapacity")),
        }


def _form(part: Params) -> tuple[str, Params]:
    """Which of the four a part is, and its parameters."""
    given = [(kind, part[kind]) for kind in _WRITES if part.get(kind) is not None]
    if not given:
        raise validation_error(
            "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"
        )
    if len(given) > 1:
        raise validation_error("TransactItems can only contain one of Check, Put, Update or Delete")
    return given[0]


def _get(form: Params) -> Get:
    request.check_together(form, ("ProjectionExpression",))
    key, _ = values.normalise(form["Key"])
    return Get(form["TableName"], key, request.compiled(form))


def _payload(form: Params, asked: Write) -> int:
    """Bytes that count towards a transaction's 4 MiB: of item or key, expressions and their values."""
    texts = (form.get("ConditionExpression"), form.get("UpdateExpression"))
    operands: Item = form.get("ExpressionAttributeValues") or {}
    return (
        values.size(asked.item)
        + sum(len(text) for text in texts if text)
        + sum(map(values.value_size, operands.values()))
    )


def _token(params: Params) -> Token | None:
    text = params.get("ClientRequestToken")
    if text is None:
        return None
    # AWS takes two requests for the same if their parts are; what they ask to be told may differ.
    parts = orjson.dumps(params["TransactItems"], option=orjson.OPT_SORT_KEYS)
    return Token("TransactWriteItems", text, sha256(parts).hexdigest())


def _answered(get: Get, row: Row | None) -> Row | Item | None:
    """What a Get gives. Of an item without any of the attributes that it asks for, AWS gives none."""
    if row is None or get.found.projection is None:
        return row
    return get.found.projection(row.item) or None


def _answer_size(item: Row | Item | None) -> int:
    if item is None:
        return 0
    return item.size if isinstance(item, Row) else values.size(item)


def _collections(
    params: Params, done: Done, items: list[Item | None]
) -> dict[str, list[Mapping[str, Any]]] | None:
    """ItemCollectionMetrics: each item collection that was written to, once."""
    told: dict[str, list[Mapping[str, Any]]] = {}
    for (table, _), item in zip(done.changes, items, strict=True):
        one = _collection(params, table, item)
        if one is not None and one not in told.setdefault(table.name, []):
            told[table.name].append(one)
    return told or None


def _collection(params: Params, table: Table, item: Item | None) -> Mapping[str, Any] | None:
    how = params.get("ReturnItemCollectionMetrics")
    return None if item is None else capacity.collection(table, item, how)
