"""What a PartiQL statement says, as a tree. Parameters are not put in yet: a tree is cached by its text.

Each node knows where it stands (`at`), because AWS's sentences tell it; equal trees may stand elsewhere.
"""

from dataclasses import dataclass, field
from typing import NamedTuple


class Position(NamedTuple):
    """Line and column, both from 1, and length of the token that a node is named after."""

    line: int
    column: int
    length: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}:{self.length}"


@dataclass(frozen=True, slots=True)
class _Node:
    at: Position = field(compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Text(_Node):
    """A string literal."""

    content: str


@dataclass(frozen=True, slots=True)
class Number(_Node):
    """A number literal, as written."""

    digits: str


@dataclass(frozen=True, slots=True)
class Constant(_Node):
    """`word` is TRUE, FALSE, NULL or MISSING."""

    word: str


@dataclass(frozen=True, slots=True)
class Parameter(_Node):
    """A question mark: the parameter with this index, from 0."""

    index: int


@dataclass(frozen=True, slots=True)
class Path(_Node):
    """An attribute, and the way into it: names and list indexes."""

    steps: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Sequence(_Node):
    """`[…]` or `(…, …)`; with `bag` it is `<<…>>`."""

    elements: tuple["Expression", ...]
    bag: bool = False


@dataclass(frozen=True, slots=True)
class Struct(_Node):
    """`{'name': …}`; that names are strings is not checked yet."""

    members: tuple[tuple["Expression", "Expression"], ...]


@dataclass(frozen=True, slots=True)
class Call(_Node):
    """A function with its name in lower case."""

    name: str
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Unary(_Node):
    """NOT, or a sign before something that is no number literal."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary(_Node):
    """Two operands: a comparison, IN, LIKE or arithmetic."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Joined(_Node):
    """Two operands or more with AND or OR between them."""

    operator: str
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Between(_Node):
    operand: "Expression"
    low: "Expression"
    high: "Expression"


@dataclass(frozen=True, slots=True)
class Is(_Node):
    """`operand IS kind`, kind a type's name in upper case."""

    operand: "Expression"
    kind: str


@dataclass(frozen=True, slots=True)
class Source(_Node):
    """The table, or index of a table, that a statement is about."""

    table: str
    index: str | None = None


@dataclass(frozen=True, slots=True)
class Order(_Node):
    """One attribute to order by."""

    name: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Select(_Node):
    """`projection` is empty for `*`."""

    projection: tuple[Path, ...]
    source: Source
    where: "Expression | None" = None
    order: tuple[Order, ...] = ()


Expression = (
    Text
    | Number
    | Constant
    | Parameter
    | Path
    | Sequence
    | Struct
    | Call
    | Unary
    | Binary
    | Joined
    | Between
    | Is
    | Select
)


@dataclass(frozen=True, slots=True)
class Exists(_Node):
    """A condition of a transaction: that the query finds its item."""

    select: Select


@dataclass(frozen=True, slots=True)
class Insert(_Node):
    source: Source
    item: Struct


@dataclass(frozen=True, slots=True)
class Returning(_Node):
    """`modified` parts or all of the item, as it was or (`new`) as it is then."""

    modified: bool
    new: bool

    def __str__(self) -> str:
        return f"RETURNING {'MODIFIED' if self.modified else 'ALL'} {'NEW' if self.new else 'OLD'} *"


@dataclass(frozen=True, slots=True)
class Assignment(_Node):
    """SET path = value, or without a value REMOVE path."""

    path: Path
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Update(_Node):
    source: Source
    assignments: tuple[Assignment, ...]
    where: Expression | None = None
    returning: Returning | None = None


@dataclass(frozen=True, slots=True)
class Delete(_Node):
    source: Source
    where: Expression | None = None
    returning: Returning | None = None


Statement = Select | Insert | Update | Delete | Exists
