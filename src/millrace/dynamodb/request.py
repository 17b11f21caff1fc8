"""What requests on items have in common: their expressions, and parameters that do not go together."""

from collections.abc import Iterable
from typing import NamedTuple

from millrace.core import limits
from millrace.core.context import Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import legacy
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.expressions import Condition, Expressions, Projection, Update
from millrace.dynamodb.row import Row

# Parameters from before expressions, and expressions, in the order in which AWS names them.
_LEGACY = (
    "AttributesToGet",
    "AttributeUpdates",
    "Expected",
    "QueryFilter",
    "ScanFilter",
    "ConditionalOperator",
    "KeyConditions",
)
_EXPRESSIONS = (
    "ProjectionExpression",
    "UpdateExpression",
    "FilterExpression",
    "ConditionExpression",
    "KeyConditionExpression",
    "SearchConditionExpression",
)


_SPECIAL = frozenset((*_LEGACY, *_EXPRESSIONS, "ExpressionAttributeNames", "ExpressionAttributeValues"))


class Compiled(NamedTuple):
    """The compiled expressions of a request, or the parameters from before expressions as such."""

    condition: Condition | None = None
    projection: Projection | None = None
    update: Update | None = None


_NONE = Compiled()


def check_together(params: Params, members: tuple[str, ...]) -> None:
    """Refuse expressions beside older parameters, and names or values that none of `members` could use.

    `members` are the expressions that the operation knows. AWS looks at this before anything else.
    """
    # Most requests have nothing of the kind: one look at their names.
    if _SPECIAL.isdisjoint(params):
        return
    _refuse_mixed(params)
    if params.get("ExpressionAttributeNames") is not None and not _has_any(params, members):
        raise validation_error("ExpressionAttributeNames can only be specified when using expressions")
    valued = [member for member in members if member != "ProjectionExpression"]
    if params.get("ExpressionAttributeValues") is not None and not _has_any(params, valued):
        text = "ExpressionAttributeValues can only be specified when using expressions"
        if valued:
            text += f": {' and '.join(valued)} {'is' if len(valued) == 1 else 'are'} null"
        raise validation_error(text)


def compiled(params: Params) -> Compiled:
    """What a request to write or get an item says in expressions, or in older parameters."""
    if _SPECIAL.isdisjoint(params):
        return _NONE
    if not _has_any(params, _EXPRESSIONS):
        return Compiled(
            update=legacy.attribute_updates(params.get("AttributeUpdates")),
            condition=legacy.expected(params.get("Expected"), params.get("ConditionalOperator")),
            projection=legacy.attributes_to_get(params.get("AttributesToGet")),
        )
    given = expressions_of(params)
    update = params.get("UpdateExpression")
    condition = params.get("ConditionExpression")
    projection = params.get("ProjectionExpression")
    found = Compiled(
        update=None if update is None else given.update(update),
        condition=None if condition is None else given.condition(condition, "ConditionExpression"),
        projection=None if projection is None else given.projection(projection),
    )
    given.finish()
    return found


def expressions_of(params: Params) -> Expressions:
    """The names and values of a request, for its expressions."""
    return Expressions(params.get("ExpressionAttributeNames"), params.get("ExpressionAttributeValues"))


def _has_any(params: Params, members: Iterable[str]) -> bool:
    return any(params.get(member) is not None for member in members)


def _refuse_mixed(params: Params) -> None:
    expressions = [name for name in _EXPRESSIONS if params.get(name) is not None]
    older = [name for name in _LEGACY if params.get(name) is not None]
    # AWS lets KeyConditions go with other expressions than that of the key.
    if "KeyConditions" in older and "KeyConditionExpression" not in expressions:
        older.remove("KeyConditions")
    if expressions and older:
        raise validation_error(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(older)}}} "
            f"Expression parameters: {{{', '.join(expressions)}}}"
        )


def check_returns(params: Params) -> None:
    """Refuse ReturnValues that a put or a deletion cannot give."""
    if params.get("ReturnValues") not in {None, "NONE", "ALL_OLD"}:
        raise validation_error("ReturnValues can only be ALL_OLD or NONE")


def check_scalars(table: Table, found: Compiled) -> None:
    """Refuse an expression that looks inside a key attribute."""
    if found is _NONE:
        return
    nested = {
        *(found.condition.nested if found.condition else ()),
        *(found.update.nested if found.update else ()),
        *(_nested(found.projection) if found.projection else ()),
    }
    if not nested:
        return
    for names, kind in ((table.key_names, "Key"), (table.index_key_names, "IndexKey")):
        for name in names:
            if name in nested:
                raise validation_error(
                    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
                    f"allowed: {kind}: {name}"
                )


def _nested(projection: Projection) -> set[str]:
    return {str(steps[0]) for steps in projection.paths if len(steps) > 1}


def check_size(size: int) -> None:
    """Refuse an item that is larger than 400 KiB."""
    if size > limits.item_size_bytes_max:
        raise validation_error("Item size has exceeded the maximum allowed size")


def check_condition(condition: Condition | None, old: Row | None, *, tell: bool) -> None:
    """Raise ConditionalCheckFailedException if the condition fails; `tell` puts the item into it."""
    if condition is None:
        return
    if not condition(None if old is None else old.item):
        members = {"Item": old.fragment} if tell and old is not None else {}
        raise AwsError("ConditionalCheckFailedException", "The conditional request failed", members=members)
