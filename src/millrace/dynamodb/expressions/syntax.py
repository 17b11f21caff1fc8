"""What an expression says, as a tree. Names (#x) and values (:x) are not looked up yet: a tree is cached
by its text and serves every request that sends the same text.
"""

from dataclasses import dataclass


class ExpressionError(Exception):
    """An expression is wrong; the message is AWS's sentence without its "Invalid …Expression: "."""


@dataclass(frozen=True, slots=True)
class Path:
    """A document path: attribute names, #placeholders and list indexes."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A :placeholder."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its operands."""

    name: str
    operands: tuple["Operand", ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left + right` or `left - right`, only in SET."""

    operator: str
    left: "Operand"
    right: "Operand"


Operand = Path | Value | Call | Arithmetic


@dataclass(frozen=True, slots=True)
class Comparison:
    """=, <>, <, <=, > or >= between two operands."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of them, evaluated from the left."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them, evaluated from the left."""

    parts: tuple["Node", ...]


Leaf = Comparison | Between | In | Call
Node = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True)
class Action:
    """One change: `section` is SET, REMOVE, ADD or DELETE; REMOVE has no value."""

    section: str
    path: Path
    value: Operand | None


@dataclass(frozen=True, slots=True)
class Update:
    """The actions as written; `repeated` is the first of them behind a second section of one keyword."""

    actions: tuple[Action, ...]
    repeated: int | None = None


def operands_of(leaf: Leaf) -> tuple[Operand, ...]:
    """The operands in the order they are written."""
    match leaf:
        case Comparison():
            return leaf.left, leaf.right
        case Between():
            return leaf.operand, leaf.low, leaf.high
        case In():
            return leaf.operand, *leaf.choices
        case Call():
            return leaf.operands


def leaves(node: Node) -> list[Leaf]:
    """The simple conditions of a condition, from left to right."""
    match node:
        case And() | Or():
            return [leaf for part in node.parts for leaf in leaves(part)]
        case Not():
            return leaves(node.inner)
        case _:
            return [node]


def inside(operand: Operand) -> tuple[Operand, ...]:
    """The operands of an operand."""
    match operand:
        case Call():
            return operand.operands
        case Arithmetic():
            return operand.left, operand.right
        case _:
            return ()


def paths_of(operand: Operand) -> list[Path]:
    """The document paths in an operand, from left to right."""
    if isinstance(operand, Path):
        return [operand]
    return [path for inner in inside(operand) for path in paths_of(inner)]
