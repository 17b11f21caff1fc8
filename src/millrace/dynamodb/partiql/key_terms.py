"""What a WHERE clause says of key attributes: which partitions, which range of sort keys, which one item."""

from collections.abc import Iterator
from typing import NamedTuple

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb.expressions.key_condition import operator_of
from millrace.dynamodb.expressions.scope import Scope
from millrace.dynamodb.expressions.syntax import (
    And,
    Comparison,
    Node,
    Not,
    Or,
    Path,
    Value,
    leaves,
    operands_of,
)
from millrace.dynamodb.keys import KeyAttribute, KeySchema
from millrace.dynamodb.values import AttributeValue, Item

_TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
ranged = frozenset(("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"))
"""The operators that `keys.range_bounds` knows."""


class Term(NamedTuple):
    """A simple condition that holds one whole attribute against values alone."""

    name: str
    operator: str
    values: tuple[AttributeValue, ...]


class KeyTerms:
    """A bound WHERE clause, asked for what it says of key attributes."""

    def __init__(self, node: Node | None, scope: Scope) -> None:
        self._node = node
        self._scope = scope

    @property
    def parts(self) -> tuple[Node, ...]:
        """The conditions that must all hold."""
        return tuple(_parts(self._node))

    def of(self, name: str) -> list[Term]:
        """What must hold of an attribute."""
        terms = [self._term(part) for part in self.parts]
        return [term for term in terms if term is not None and term.name == name]

    def alternatives(self) -> "list[KeyTerms]":
        """What OR joins on top, each part as a clause of its own; nothing if it joins nothing."""
        return [KeyTerms(part, self._scope) for part in _alternatives(self._node)]

    def excludes(self, name: str) -> bool:
        """Whether a part of the clause says what an attribute is not."""
        return any(
            isinstance(part, Not) and any(self._tells_of(leaf, name) for leaf in leaves(part))
            for part in self.parts
        ) or any(term.operator == "<>" for term in self.of(name))

    def has_equality(self) -> bool:
        """Whether some attribute must equal something, which every write wants of its keys."""
        return any(isinstance(part, Comparison) and part.operator == "=" for part in self.parts)

    def partitions(self, name: str) -> list[AttributeValue] | None:
        """All values that the partition key can have, each once; None if it can have any."""
        found = None if self._node is None else self._partitions(self._node, name)
        if found is None:
            return None
        return [value for index, value in enumerate(found) if value not in found[:index]]

    def _partitions(self, node: Node, name: str) -> list[AttributeValue] | None:
        if isinstance(node, And):
            several = [found for part in node.parts if (found := self._partitions(part, name)) is not None]
            return min(several, key=len, default=None)
        if isinstance(node, Or):
            each = [self._partitions(part, name) for part in node.parts]
            if None in each:
                return None
            return [value for values in each if values is not None for value in values]
        term = self._term(node)
        if term is None or term.name != name or term.operator not in {"=", "IN"}:
            return None
        return list(term.values)

    def always_tells_of(self, name: str) -> bool:
        """Whether the clause cannot hold without a condition on this attribute holding."""
        return self._node is not None and self._tells_of(self._node, name)

    def _tells_of(self, node: Node, name: str) -> bool:
        if isinstance(node, And):
            return any(self._tells_of(part, name) for part in node.parts)
        if isinstance(node, Or):
            return all(self._tells_of(part, name) for part in node.parts)
        term = self._term(node)
        return term is not None and term.name == name

    def key(self, schema: KeySchema) -> Item:
        """The one primary key that fulfils the clause.

        ValidationException if it does not say = of every key attribute, or not with one value of its type.
        """
        return {attribute.name: self._only(attribute) for attribute in schema.attributes}

    def names_key(self, schema: KeySchema) -> bool:
        """Whether the clause says = of every key attribute."""
        return all(any(term.operator == "=" for term in self.of(name)) for name in schema.names)

    def _only(self, attribute: KeyAttribute) -> AttributeValue:
        found = [term.values[0] for term in self.of(attribute.name) if term.operator == "="]
        if not found:
            raise no_key()
        if any(value != found[0] for value in found):
            raise validation_error(
                f"Multiple conditions on same key {attribute.name}. "
                "Only single item Update/Insert/Delete are supported"
            )
        check_key_type(attribute, found[0])
        return found[0]

    def check_types(self, schema: KeySchema, *, keyed: bool) -> None:
        """Refuse a condition that holds a key attribute against a value of another type.

        `keyed` says that the conditions which must all hold are those of a key, with a sentence of their own.
        """
        if self._node is None:
            return
        parts = self.parts if keyed else ()
        for leaf in leaves(self._node):
            term = self._term(leaf)
            if term is None or term.operator == "attribute_type":
                continue
            for attribute in schema.attributes:
                if attribute.name == term.name:
                    _check_term(attribute, term, of_key=_is_of_key(term, schema) and leaf in parts)

    def _term(self, node: Node) -> Term | None:
        if isinstance(node, And | Or | Not):
            return None
        operands = operands_of(node)
        operator = operator_of(node)
        if operator in _TURNED and isinstance(operands[0], Value):
            operands, operator = operands[::-1], _TURNED[operator]
        path, *others = operands or (None,)
        if not isinstance(path, Path) or len(path.parts) > 1 or not others:
            return None
        values = tuple(self._scope.value(other) for other in others if isinstance(other, Value))
        if len(values) != len(others):
            return None
        return Term(str(self._scope.steps(path)[0]), operator, values)


def check_key_type(attribute: KeyAttribute, value: AttributeValue) -> None:
    """ValidationException if a value cannot be this key attribute's."""
    if attribute.type not in value:
        raise validation_error(
            f"Key attribute's data type should match its data type in table's schema: Key {attribute.name}"
        )
    if not value[attribute.type]:
        kind = "string" if attribute.type == "S" else "binary"
        raise validation_error(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
            f"an empty {kind} value. Key: {attribute.name}"
        )


def no_key() -> AwsError:
    """The refusal of a write that does not say which item."""
    return validation_error("Where clause does not contain a mandatory equality on all key attributes")


def _parts(node: Node | None) -> Iterator[Node]:
    if isinstance(node, And):
        for part in node.parts:
            yield from _parts(part)
    elif node is not None:
        yield node


def _alternatives(node: Node | None) -> Iterator[Node]:
    if isinstance(node, Or):
        for part in node.parts:
            if isinstance(part, Or):
                yield from _alternatives(part)
            else:
                yield part


def _is_of_key(term: Term, schema: KeySchema) -> bool:
    return term.operator in ranged or (term.operator == "IN" and term.name == schema.hash.name)


def _check_term(attribute: KeyAttribute, term: Term, *, of_key: bool) -> None:
    for value in term.values:
        if of_key:
            check_key_type(attribute, value)
        elif attribute.type not in value:
            raise validation_error(
                "One or more parameter values were invalid: Condition parameter type does not match schema type"
            )
