"""PartiQL's expressions read into trees: operators by precedence, as PartiQL's own parser ranks them.

What cannot be read is refused with the sentences of that parser, which AWS passes on. How deep things may
stand in each other is limited, so that no text is deeper than the stack.
"""

from collections.abc import Callable
from typing import TypeVar

from millrace.core.errors import AwsError, validation_error
from millrace.core.limits import (
    expression_list_index_max,
    expression_operators_max,
    expression_path_levels_max,
    number_scale_max,
    statement_depth_max,
)
from millrace.dynamodb.partiql.lexer import Token, tokens
from millrace.dynamodb.partiql.syntax import (
    Between,
    Binary,
    Call,
    Constant,
    Expression,
    Is,
    Joined,
    Number,
    Parameter,
    Path,
    Position,
    Sequence,
    Struct,
    Text,
    Unary,
)

T = TypeVar("T")

_OR, _AND, _NOT, _EQUALITY, _COMPARISON, _SUM, _PRODUCT = range(10, 80, 10)
_PRECEDENCE = {
    "OR": _OR,
    "AND": _AND,
    "=": _EQUALITY,
    "<>": _EQUALITY,
    "IS": _EQUALITY,
    "IN": _EQUALITY,
    "<": _COMPARISON,
    "<=": _COMPARISON,
    ">": _COMPARISON,
    ">=": _COMPARISON,
    "BETWEEN": _COMPARISON,
    "LIKE": _COMPARISON,
    "+": _SUM,
    "-": _SUM,
    "||": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "%": _PRODUCT,
}
_constants = frozenset(("TRUE", "FALSE", "NULL", "MISSING"))
_FUNCTIONS = "EXISTS COUNT AVG MAX MIN SUM CHAR_LENGTH CHARACTER_LENGTH OCTET_LENGTH BIT_LENGTH UPPER LOWER SIZE SEXP LIST BAG"
_function_keywords = frozenset(_FUNCTIONS.split())
_aggregates = frozenset(("COUNT", "AVG", "MAX", "MIN", "SUM"))
_ALIASES = {
    "VARCHAR": "CHARACTER_VARYING",
    "CHAR": "CHARACTER",
    "DEC": "DECIMAL",
    "INT": "INTEGER",
    "INT2": "SMALLINT",
    "INTEGER2": "SMALLINT",
    "INT4": "INTEGER4",
    "INT8": "INTEGER8",
    "BIGINT": "INTEGER8",
    "BOOL": "BOOLEAN",
}
_TYPES = (
    "MISSING NULL BOOLEAN SMALLINT INTEGER4 INTEGER8 INTEGER FLOAT REAL DECIMAL NUMERIC TIMESTAMP DATE TIME CHARACTER "
    "STRING SYMBOL CLOB BLOB STRUCT TUPLE LIST SEXP BAG ANY"
)
_types = frozenset(_TYPES.split())


def malformed(detail: str) -> AwsError:
    """AWS's answer to a text that is no statement of PartiQL."""
    return validation_error(f"Statement wasn't well formed, can't be processed: {detail}")


def _refuse_scale(number: str) -> None:
    """AWS reads a literal with an exponent and a scale of 32 bits each, and names nothing where one does not fit."""
    mantissa, _, exponent = number.lower().partition("e")
    if len(exponent.lstrip("+-0")) > len(str(number_scale_max)):
        raise malformed("")
    power = int(exponent or 0)
    for size in (power, len(mantissa.partition(".")[2]) - power):
        if not -number_scale_max <= size <= number_scale_max:
            raise malformed("")


class ExpressionParser:
    """Reads expressions from a statement's tokens. What a SELECT is, `query` knows."""

    def __init__(self, statement: str) -> None:
        self._tokens = tokens(statement)
        if any(
            token.kind == "unclosed" or (token.kind, token.text) == ("unknown", "#") for token in self._tokens
        ):
            raise malformed("")
        self._at = 0
        self._depth = 0
        self._operators = 0
        self._parameters = 0

    def query(self, select: Token) -> Expression:
        """The query whose word SELECT was just read."""
        raise NotImplementedError

    def expression(self, above: int = 0) -> Expression:
        """The longest expression whose operators bind more tightly than `above`."""
        left = self._unary()
        depth = self._depth
        while True:
            negated = self.peek().kind == "NOT"
            operator = self._tokens[self._at + negated]
            precedence = _PRECEDENCE.get(operator.kind, 0)
            if precedence <= above or (negated and operator.kind not in {"IN", "BETWEEN", "LIKE"}):
                self._depth = depth
                return left
            self._at += 1 + negated
            self._count()
            if operator.kind not in {"AND", "OR"}:
                self._deepen()  # each takes what was read so far as its left operand
            left = self._infix(operator, left, precedence)
            if negated:
                left = Unary("NOT", left, at=operator.at)

    def _infix(self, operator: Token, left: Expression, precedence: int) -> Expression:
        """What an operator that was just read makes of its left operand and what follows."""
        kind = operator.kind
        if kind in {"AND", "OR"}:
            parts = [left, self._right(precedence)]
            while self.take(kind):
                self._count()
                parts.append(self._right(precedence))
            return Joined(kind, tuple(parts), at=operator.at)
        if kind == "IS":
            return self._is(operator, left)
        if kind == "BETWEEN":
            low = self._right(precedence)
            self.expect("AND")
            return Between(left, low, self._right(precedence), at=operator.at)
        if kind == "IN" and self.peek().kind == "(" and self._tokens[self._at + 1].kind != "SELECT":
            bracket = self.next()
            return Binary(kind, left, Sequence(self._listed(")"), at=bracket.at), at=operator.at)
        return Binary(kind, left, self._right(precedence), at=operator.at)

    def _right(self, precedence: int) -> Expression:
        if self.peek().kind in {"end", ";"}:
            raise malformed("Missing right-hand side expression of infix operator")
        return self.expression(precedence)

    def _is(self, operator: Token, left: Expression) -> Expression:
        negated = self.take("NOT")
        kind = self.peek().kind
        if kind not in _types and kind not in _ALIASES:
            raise malformed("Expected type name")
        self._at += 1
        node = Is(left, _ALIASES.get(kind, kind), at=operator.at)
        return Unary("NOT", node, at=operator.at) if negated else node

    def _unary(self) -> Expression:
        token = self.peek()
        if token.kind not in {"+", "-", "NOT"}:
            return self.path()
        self._at += 1
        self._count()
        operand = self._deeper(lambda: self.expression(_NOT) if token.kind == "NOT" else self._unary())
        if token.kind == "NOT":
            return Unary("NOT", operand, at=token.at)
        if isinstance(operand, Number):
            return operand if token.kind == "+" else Number(_negated(operand.digits), at=operand.at)
        return Unary(token.kind, operand, at=token.at)

    def path(self) -> Expression:
        """A term, or a way into an attribute."""
        term = self._term()
        if self.peek().kind not in {".", "["}:
            return term
        if not isinstance(term, Path):
            raise validation_error(f"Unexpected path component at {term.at}")
        return Path((*term.steps, *self._steps()), at=term.at)

    def simple_path(self) -> Path:
        """A way into an attribute and nothing else."""
        token = self.peek()
        if token.kind not in {"word", "quoted"}:
            raise malformed("Expected identifier for simple path")
        self._at += 1
        return Path((_name(token), *self._steps()), at=token.at)

    def _steps(self) -> list[str | int]:
        steps: list[str | int] = []
        while True:
            if self.take("."):
                token = self.next()
                if token.kind == "*":
                    raise validation_error("Changing item's hierarchy while reading isn't supported")
                if token.kind not in {"word", "quoted"}:
                    raise malformed("Invalid path dot component")
                steps.append(_name(token))
            elif self.take("["):
                if self.peek().kind == "*":
                    raise malformed("Invalid use of * in select list")
                steps.append(_step(self._deeper(self.expression)))
                self.expect("]")
            else:
                return steps
            if len(steps) >= expression_path_levels_max:
                raise validation_error(
                    "The document path has too many nesting levels; "
                    f"nesting levels: {expression_path_levels_max + 1}"
                )

    def _term(self) -> Expression:
        token = self.next()
        match token.kind:
            case "text":
                return Text(token.text, at=token.at)
            case "number":
                _refuse_scale(token.text)
                return Number(token.text, at=token.at)
            case "?":
                self._parameters += 1
                return Parameter(self._parameters - 1, at=token.at)
            case "(" | "[" | "<<" | "{":
                return self._collection(token)
            case "@" if self.peek().kind in {"word", "quoted"}:
                return self._term()
            case "@":
                raise malformed("Identifier must follow @-operator")
            case "word" | "quoted":
                return self._name_or_call(token)
            case kind if kind in _constants:
                return Constant(kind, at=token.at)
            case "SELECT":
                return self._deeper(lambda: self.query(token))
            case kind if kind in _function_keywords and self.peek().kind == "(":
                return self._name_or_call(token)
            case _:
                raise _unexpected(token)

    def _collection(self, token: Token) -> Expression:
        if token.kind == "(":
            inner = self._listed(")")
            return inner[0] if len(inner) == 1 else Sequence(inner, at=token.at)
        if token.kind == "{":
            if self.take("}"):
                return Struct((), at=token.at)
            members = self._deeper(lambda: self._comma_separated(self._member))
            self.expect("}")
            return Struct(members, at=token.at)
        end = "]" if token.kind == "[" else ">>"
        elements = () if self.take(end) else self._listed(end)
        return Sequence(elements, bag=end == ">>", at=token.at)

    def _member(self) -> tuple[Expression, Expression]:
        name = self.expression()
        self.expect(":")
        return name, self.expression()

    def _listed(self, end: str) -> tuple[Expression, ...]:
        elements = self._deeper(lambda: self._comma_separated(self.expression))
        self.expect(end)
        return elements

    def _comma_separated(self, read: Callable[[], T]) -> tuple[T, ...]:
        items = [read()]
        while self.take(","):
            items.append(read())
        return tuple(items)

    def _name_or_call(self, token: Token) -> Expression:
        if not self.take("("):
            return Path((_name(token),), at=token.at)
        self._count()
        name = token.text.lower()
        if self.take(")"):
            return Call(name, (), at=token.at)
        if self.peek().kind == "*":
            if token.kind != "COUNT":
                raise malformed(f"{name}(*) is not allowed")
            self._at += 1
            self.expect(")")
            return Call(name, (), at=token.at)
        if token.kind in _aggregates:
            _ = self.take("DISTINCT") or self.take("ALL")
        return Call(name, self._listed(")"), at=token.at)

    # Tokens.

    def peek(self) -> Token:
        return self._tokens[self._at]

    def next(self) -> Token:
        """The next token, and go past it; at the end it stays the end."""
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token

    def take(self, kind: str) -> bool:
        """Go past the next token if it is of this kind."""
        if self._tokens[self._at].kind != kind:
            return False
        self._at += 1
        return True

    def expect(self, kind: str) -> Token:
        """Go past the next token, which must be of this kind."""
        if self.peek().kind != kind:
            raise malformed(f"Expected {_TOKEN_NAMES.get(kind, kind)}")
        return self.next()

    def _deeper(self, read: Callable[[], T]) -> T:
        depth = self._depth
        self._deepen()
        node = read()
        self._depth = depth
        return node

    def _deepen(self) -> None:
        self._depth += 1
        if self._depth > statement_depth_max:
            raise validation_error("The expression has too many nesting levels;")

    def _count(self) -> None:
        self._operators += 1
        if self._operators > expression_operators_max:
            raise validation_error(
                f"The expression contains too many operators; operator count: {self._operators}"
            )


_TOKEN_NAMES = {
    "(": "LEFT_PAREN",
    ")": "RIGHT_PAREN",
    "]": "RIGHT_BRACKET",
    "}": "RIGHT_CURLY",
    ">>": "RIGHT_DOUBLE_ANGLE_BRACKET",
    ":": "COLON",
    "AND": "and",
}


def _name(token: Token) -> str:
    if not token.text:
        raise validation_error("Path component cannot be an empty string")
    return token.text


def _negated(digits: str) -> str:
    return digits[1:] if digits[0] == "-" else "-" + digits


def _step(component: Expression) -> str | int:
    """What stands in brackets behind a path: a list index, or an attribute's name as a string."""
    if isinstance(component, Text) and component.content:
        return component.content
    if isinstance(component, Number) and component.digits.lstrip("-").isdigit():
        return _index(component.digits, component.at)
    raise validation_error(f"Unexpected path component at {component.at}")


def _index(digits: str, at: Position) -> int:
    if digits[0] == "-" or len(digits) > _index_digits_max or int(digits) > expression_list_index_max:
        raise validation_error(f"List index is not within the allowable range; index: [{digits}] at {at}")
    return int(digits)


_index_digits_max = len(str(expression_list_index_max))


def _unexpected(token: Token) -> AwsError:
    if token.kind in _PRECEDENCE or token.kind == "@":
        return malformed("Unexpected operator")
    return malformed("Unexpected keyword" if token.kind.isupper() else "Unexpected term")
