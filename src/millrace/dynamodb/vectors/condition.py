"""Whether a search condition fits a vector index."""

from collections.abc import Mapping, Sequence

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb.expressions import Equality
from millrace.dynamodb.keys import KeyAttribute, check_filled
from millrace.dynamodb.values import AttributeValue, type_of
from millrace.dynamodb.vectors.index import VectorIndex


def matched(index: VectorIndex, asked: Sequence[Equality] | None) -> Mapping[str, AttributeValue]:
    """The values that entries must have, by attribute. ValidationException if the index cannot be searched so."""
    if asked is None:
        if index.hash is not None:
            raise validation_error(
                "SearchConditionExpression must be provided when SearchSchema has a HASH key"
            )
        return {}
    _check_names(index, asked)
    wanted = {equality.name: equality.value for equality in asked}
    if index.hash is not None and index.hash.name not in wanted:
        raise _invalid("must have all HASH attributes in configured SearchSchema")
    for attribute in index.schema:
        value = wanted.get(attribute.name)
        if value is None:
            continue
        if attribute.type not in value:
            raise validation_error(
                f"Type of '{attribute.name}' attribute in SearchConditionExpression ({type_of(value)}) does not "
                f"match type in search schema ({attribute.type})"
            )
        if attribute.hash and attribute.type != "N":
            check_filled(KeyAttribute(attribute.name, attribute.type), value)
    return wanted


def _check_names(index: VectorIndex, asked: Sequence[Equality]) -> None:
    names = [equality.name for equality in asked]
    for name in names:
        if name not in index.names:
            raise validation_error(
                "SearchConditionExpression must not contain any attributes that is not in SearchSchema. "
                f"Invalid attribute: {name}"
            )
    if any(len(equality.steps) > 1 for equality in asked):
        raise _invalid("cannot have conditions on nested attributes")
    if len(set(names)) != len(names):
        raise _invalid("must only contain one condition per attribute")


def _invalid(what: str) -> AwsError:
    return validation_error(f"Invalid SearchConditionExpression: SearchConditionExpression {what}")
