"""Literals and parameters of a statement as attribute values.

AWS takes a parameter for a whole value, never inside a list, map or set.
"""

from collections.abc import Sequence as Values

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import number
from millrace.dynamodb.partiql.syntax import (
    Call,
    Constant,
    Expression,
    Number,
    Parameter,
    Path,
    Sequence,
    Struct,
    Text,
)
from millrace.dynamodb.values import AttributeValue, Item, normalise_value

_CONSTANTS: dict[str, AttributeValue] = {
    "TRUE": {"BOOL": True},
    "FALSE": {"BOOL": False},
    "NULL": {"NULL": True},
}
_ROOT = "root"


class Literals:
    """Gives the values of one statement's literals, and those of its parameters."""

    def __init__(self, parameters: Values[AttributeValue]) -> None:
        """Of normalised parameters, as many as the statement asks for."""
        self._parameters = parameters

    def is_value(self, node: Expression) -> bool:
        """Whether a node stands for a value whatever the item is."""
        return isinstance(node, Text | Number | Constant | Parameter | Sequence | Struct)

    def value(self, node: Expression) -> AttributeValue:
        """The value of a literal or a parameter. ValidationException if it is none that DynamoDB has."""
        if isinstance(node, Parameter):
            return self._parameters[node.index]
        if isinstance(node, Constant) and node.word == "MISSING":
            raise validation_error("MISSING must be compared using IS operator")
        return normalise_value(self._literal(node, _ROOT))

    def item(self, struct: Struct) -> Item:
        """The item of an INSERT, not normalised yet."""
        item: Item = {}
        for name, member in self._members(struct):
            whole = isinstance(member, Parameter)
            item[name] = self.value(member) if whole else self._literal(member, _ROOT)
        return item

    def _literal(self, node: Expression, place: str) -> AttributeValue:
        """`place` is what AWS calls the place of `node`."""
        match node:
            case Text():
                return {"S": node.content}
            case Number():
                return {"N": _digits(node.digits, place)}
            case Constant() if node.word in _CONSTANTS:
                return _CONSTANTS[node.word]
            case Sequence(bag=True):
                return _set(node)
            case Sequence():
                return {"L": [self._inner(one, index) for index, one in enumerate(node.elements)]}
            case Struct():
                return {"M": {name: self._inner(one, name) for name, one in self._members(node)}}
            case _:
                kind = node.steps[0] if isinstance(node, Path) else _kind(node)
                raise _unsupported(str(kind), place, node)

    def _inner(self, node: Expression, key: str | int) -> AttributeValue:
        if not self.is_value(node) or isinstance(node, Parameter):
            raise _unsupported(_kind(node), f"{_ROOT}.{key}", node)
        if isinstance(node, Constant) and node.word == "MISSING":
            raise _unsupported("LiteralMissing", f"{_ROOT}.{key}", node)
        if isinstance(node, Number) and isinstance(key, int):
            return {"N": _digits(node.digits, f"{_ROOT}[{key}]")}
        return self._literal(node, f"{_ROOT}.{key}")

    def _members(self, struct: Struct) -> list[tuple[str, Expression]]:
        names: set[str] = set()
        members: list[tuple[str, Expression]] = []
        for name, member in struct.members:
            if not isinstance(name, Text):
                raise validation_error(
                    f"Tuple keys must be of type String. Actual type: {_kind(name)} under {_ROOT} at {name.at}"
                )
            if not name.content:
                raise validation_error("Path component cannot be an empty string")
            if name.content in names:
                raise validation_error(
                    f"Duplicate keys in tuple. Key: {name.content} under {_ROOT} at {name.at}"
                )
            names.add(name.content)
            members.append((name.content, member))
        return members


def _unsupported(kind: str, place: str, node: Expression) -> AwsError:
    return validation_error(f"Unsupported data type: {kind} under key {place} at {node.at}")


def _digits(text: str, place: str) -> str:
    try:
        return number.canonical(text)
    except AwsError as error:
        raise validation_error(f"{error.message} under {place}") from error


def _set(bag: Sequence) -> AttributeValue:
    if not bag.elements:
        raise validation_error(f"Empty bags are not supported at {bag.at}")
    kind = type(bag.elements[0])
    texts: list[str] = []
    for element in bag.elements:
        if not isinstance(element, Text | Number) or not isinstance(element, kind):
            raise validation_error(
                "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"
                + ("" if isinstance(element, Text | Number) else f" at {element.at}")
            )
        texts.append(element.content if isinstance(element, Text) else _digits(element.digits, _ROOT))
    if len(set(texts)) != len(texts):
        listed = ", ".join(texts)
        raise validation_error(
            f"One or more parameter values were invalid: Input collection [{listed}] contains duplicates."
        )
    return {"SS" if kind is Text else "NS": texts}


def _kind(node: Expression) -> str:
    """What AWS calls a node where it wants another."""
    match node:
        case Path():
            return "VariableReference" if len(node.steps) == 1 else "Path"
        case Constant():
            return node.word
        case Call():
            return node.name
        case _:
            return str(getattr(node, "operator", type(node).__name__))
