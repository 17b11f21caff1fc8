"""What requests on items have in common: their expressions, and parameters that do not go together."""

from typing import NamedTuple

from millrace.core import limits
from millrace.core.context import Params
from millrace.core.errors import AwsError, validation_error
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
)


class Compiled(NamedTuple):
    """The compiled expressions of a request that writes or gets items."""

    condition: Condition | None = None
    projection: Projection | None = None
    update: Update | None = None


_NONE = Compiled()


def compiled(params: Params, members: tuple[str, ...]) -> Compiled:
    """Compile what is given of `members`: ConditionExpression, ProjectionExpression, UpdateExpression."""
    refuse_misfits(params, members)
    return expressions(params, members)


def refuse_misfits(params: Params, members: tuple[str, ...]) -> None:
    """Refuse parameters that do not go together: AWS looks at them before it looks at values and expressions."""
    refuse_legacy(params)
    values = params.get("ExpressionAttributeValues")
    if values is None and params.get("ExpressionAttributeNames") is None:
        return
    given = [member for member in members if params.get(member) is not None]
    if not given or (values is not None and given == ["ProjectionExpression"]):
        _refuse_unused(params, members)


def expressions(params: Params, members: tuple[str, ...]) -> Compiled:
    """What `compiled` gives, of parameters that go together."""
    if not any(params.get(member) is not None for member in members):
        return _NONE
    given = expressions_of(params, members)
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


def expressions_of(params: Params, members: tuple[str, ...]) -> Expressions:
    """The names and values of a request, for its expressions."""
    values = params.get("ExpressionAttributeValues")
    valued = [member for member in members if member != "ProjectionExpression"]
    if values is not None and all(params.get(member) is None for member in valued):
        _refuse_unused(params, members)
    return Expressions(params.get("ExpressionAttributeNames"), values)


def _refuse_unused(params: Params, members: tuple[str, ...]) -> None:
    """Refuse names or values that no expression could use."""
    valued = [member for member in members if member != "ProjectionExpression"]
    if params.get("ExpressionAttributeNames") is not None and all(
        params.get(member) is None for member in members
    ):
        raise validation_error("ExpressionAttributeNames can only be specified when using expressions")
    if params.get("ExpressionAttributeValues") is None:
        return
    text = "ExpressionAttributeValues can only be specified when using expressions"
    if valued:
        text += f": {' and '.join(valued)} {'is' if len(valued) == 1 else 'are'} null"
    raise validation_error(text)


def refuse_legacy(params: Params) -> None:
    """Refuse the parameters that expressions replaced: AWS when they meet expressions, we always."""
    legacy = [name for name in _LEGACY if params.get(name) is not None]
    if not legacy:
        return
    expressions = [name for name in _EXPRESSIONS if params.get(name) is not None]
    # AWS lets KeyConditions go with other expressions than that of the key.
    if expressions and (legacy != ["KeyConditions"] or "KeyConditionExpression" in expressions):
        raise validation_error(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(legacy)}}} "
            f"Expression parameters: {{{', '.join(expressions)}}}"
        )
    raise validation_error(
        f"Legacy parameters are not supported, use expressions instead of: {', '.join(legacy)}"
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
