"""A write of one item as a request asks for it: judged alone first, then against its table.

PutItem, UpdateItem and DeleteItem are one such write each. Whatever else writes single items under conditions
(the parts of a transaction, statements) makes its writes here, too, so that all are judged alike.
"""

from dataclasses import dataclass
from typing import NamedTuple

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.context import Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog, change, request, values
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.change import Change, Decision
from millrace.dynamodb.expressions import Condition, Update
from millrace.dynamodb.request import Compiled
from millrace.dynamodb.row import Row
from millrace.dynamodb.values import Item
from millrace.storage.interface import Reader, Writer

_CONDITION = ("ConditionExpression",)
_UPDATE = ("UpdateExpression", "ConditionExpression")


class Planned(NamedTuple):
    """A write that fits its table: what `change.apply` wants to know."""

    table: Table
    key: bytes
    decide: Decision

    def apply(self, writer: Writer, now: float) -> Change:
        """Make the change, at `now` in epoch seconds."""
        return change.apply(writer, self.table, self.key, self.decide, now)


@dataclass(frozen=True, slots=True)
class Write:
    """A write whose own parameters are right. `item` is the new item if it is `whole`, else the Key alone.

    `decide` raises to refuse, ConditionalCheckFailedException if it is the condition that fails.
    """

    table_name: str
    item: Item
    whole: bool
    found: Compiled
    decide: Decision

    def plan(self, reader: Reader, scope: Scope) -> Planned:
        """The write on its table. Raises ResourceNotFoundException without one, ValidationException on misfits."""
        table = catalog.find(reader, scope, self.table_name)
        if self.whole:
            key = table.schema.key_of(self.item)
            change.check_index_keys(table, self.item)
            request.check_scalars(table, self.found)
            return Planned(table, key, self.decide)
        key = table.schema.key_of_key(self.item)
        update = self.found.update
        if update is None:
            request.check_scalars(table, self.found)
            return Planned(table, key, self.decide)
        _check_spares_key(table, update)
        _check_types(table, update)
        request.check_scalars(table, self.found)
        return Planned(table, key, _with_index_keys_checked(table, update, self.decide))


def put(params: Params) -> Write:
    """What PutItem's parameters ask for."""
    request.check_together(params, _CONDITION)
    item, size = values.normalise(params["Item"])
    request.check_returns(params)
    request.check_size(size)
    found = request.compiled(params)
    new = Row.of(item, size)
    condition, tell = found.condition, _tells(params)

    def decide(old: Row | None) -> Row | None:
        request.check_condition(condition, old, tell=tell)
        return new

    return Write(params["TableName"], item, True, found, decide)


def delete(params: Params) -> Write:
    """What DeleteItem's parameters ask for."""
    request.check_together(params, _CONDITION)
    request.check_returns(params)
    key, found = _key_and_expressions(params)
    condition, tell = found.condition, _tells(params)

    def decide(old: Row | None) -> Row | None:
        request.check_condition(condition, old, tell=tell)
        return None

    return Write(params["TableName"], key, False, found, decide)


def update(params: Params, *, alone: bool = False) -> Write:
    """What UpdateItem's parameters ask for; `alone` if they are not part of a transaction."""
    request.check_together(params, _UPDATE)
    key, found = _key_and_expressions(params)
    return updating(params["TableName"], key, found, tell=_tells(params), alone=alone)


def updating(table_name: str, key: Item, found: Compiled, *, tell: bool, alone: bool = False) -> Write:
    """An update by compiled expressions; `tell` puts the item into the refusal of a failed condition.

    If it is not part of anything, its expression may not count more than an item, either.
    """
    charge = found.update.charge if alone and found.update is not None else 0

    def decide(old: Row | None) -> Row | None:
        _check_updated_size(charge)
        request.check_condition(found.condition, old, tell=tell)
        return updated(found.update, key, old)

    return Write(table_name, key, False, found, decide)


def check(params: Params) -> Write:
    """A condition without a change: a transaction's ConditionCheck. It leaves the item as it is."""
    request.check_together(params, _CONDITION)
    key, found = _key_and_expressions(params)
    condition: Condition | None = found.condition
    tell = _tells(params)

    def decide(old: Row | None) -> Row | None:
        request.check_condition(condition, old, tell=tell)
        return old

    return Write(params["TableName"], key, False, found, decide)


def _key_and_expressions(params: Params) -> tuple[Item, Compiled]:
    """The Key and what the expressions say. Of a key with too many levels AWS tells last."""
    try:
        key, _ = values.normalise(params["Key"])
    except AwsError as error:
        if error.message == values.too_deep:
            request.compiled(params)
        raise
    return key, request.compiled(params)


def updated(update: Update | None, key: Item, old: Row | None) -> Row | None:
    """The item after an update. Without an expression an item of its key comes into being.

    An update that only removes leaves a missing item missing.
    """
    before = key if old is None else old.item
    after = before if update is None else update.apply(before)
    if old is None and update is not None and len(after) == len(key):
        return None
    size = values.size(after)
    _check_updated_size(size)
    return Row.of(after, size)


def _check_updated_size(size: int) -> None:
    if size > limits.item_size_bytes_max:
        raise validation_error("Item size to update has exceeded the maximum allowed size")


def _with_index_keys_checked(table: Table, update: Update, decide: Decision) -> Decision:
    def checked(old: Row | None) -> Row | None:
        new = decide(old)
        if new is not None:
            change.check_index_keys(table, new.item, update.attributes)
        return new

    return checked


def _check_spares_key(table: Table, update: Update) -> None:
    for name in table.schema.names:
        if name in update.attributes:
            raise validation_error(
                "One or more parameter values were invalid: "
                f"Cannot update attribute {name}. This attribute is part of the key"
            )


def _check_types(table: Table, update: Update) -> None:
    """Refuse wrong types for index keys, as far as they are known without the item: even before its condition."""
    types = update.types if table.index_keys else {}
    for attribute, index in table.index_keys:
        given = types.get(attribute.name, attribute.type)
        if given != attribute.type:
            raise change.wrong_index_key(attribute, given, index)


def _tells(params: Params) -> bool:
    return params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
