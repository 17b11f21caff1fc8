"""Expression texts read into trees: recursive descent over DynamoDB's grammar.

Precedence: NOT, then AND, then OR. A syntax error names the token where reading stopped and the text from
the token before it to the one after it, as AWS does. What can be judged without the request's names and
values (reserved words, function names, redundant parentheses) is judged by `rules`, once per text.
"""

from functools import lru_cache

from millrace.core.limits import (
    expression_cache_entries_max,
    expression_operators_max,
    expression_parentheses_max,
)
from millrace.dynamodb.expressions import rules
from millrace.dynamodb.expressions.lexer import Token, tokens
from millrace.dynamodb.expressions.syntax import (
    Action,
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    ExpressionError,
    In,
    Node,
    Not,
    Operand,
    Or,
    Path,
    Update,
    Value,
)

_comparators = frozenset(("=", "<>", "<", "<=", ">", ">="))
_after_operand = _comparators | {"BETWEEN", "IN"}
_REDUNDANT = "The expression has redundant parentheses;"
_sections = frozenset(("SET", "REMOVE", "ADD", "DELETE"))


@lru_cache(maxsize=expression_cache_entries_max)
def parse_condition(text: str) -> Node:
    """A condition, filter or key condition. ExpressionError with AWS's sentence if it is none."""
    node = _Parser(text).whole_condition()
    rules.check_condition(node)
    return node


@lru_cache(maxsize=expression_cache_entries_max)
def parse_update(text: str) -> Update:
    """An update. ExpressionError with AWS's sentence if it is none."""
    update = _Parser(text).whole_update()
    rules.check_update(update)
    return update


@lru_cache(maxsize=expression_cache_entries_max)
def parse_projection(text: str) -> tuple[Path, ...]:
    """A projection. ExpressionError with AWS's sentence if it is none."""
    paths = _Parser(text).whole_projection()
    rules.check_projection(paths)
    return paths


class _SyntaxError(ExpressionError):
    """`at` is the index of the token where reading stopped."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._operators = 0
        self._closed: dict[int, int] = {}  # the token indexes of each parenthesis read and of its end

    def _check_parentheses(self) -> None:
        """More in each other than operators could fill: some are redundant, if they end at all."""
        depth = deepest = 0
        for token in self._tokens:
            depth += (token.kind == "(") - (token.kind == ")")
            deepest = max(deepest, depth)
        if deepest > expression_parentheses_max:
            if depth <= 0:
                raise ExpressionError(_REDUNDANT)
            self._at = len(self._tokens) - 1
            raise self._stopped()

    def whole_condition(self) -> Node:
        self._check_parentheses()
        node = self._condition()
        self._expect("end")
        return node

    def whole_projection(self) -> tuple[Path, ...]:
        paths = [self._path()]
        while self._take(","):
            paths.append(self._path())
        self._expect("end")
        return tuple(paths)

    def whole_update(self) -> Update:
        self._check_parentheses()
        actions: list[Action] = []
        sections: set[str] = set()
        repeated: int | None = None
        while True:
            section = self._peek().kind
            if section not in _sections:
                raise self._stopped()
            self._at += 1
            actions.append(self._action(section))
            while self._take(","):
                actions.append(self._action(section))
            if section in sections and repeated is None:
                repeated = len(actions)
            sections.add(section)
            if self._take("end"):
                return Update(tuple(actions), repeated)

    # Conditions.

    def _condition(self) -> Node:
        """One frame of Python's stack for each parenthesis: 300 operators may stand in as many of them."""
        alternatives: list[Node] = []
        parts: list[Node] = []
        while True:
            negations = self._negations()
            start, operators = self._at, self._operators
            node: Node | None = None
            first: _SyntaxError | None = None
            if self._take("("):
                try:
                    node = self._condition()
                    self._close(start)
                    if (
                        self._peek().kind in _after_operand
                    ):  # `(size(a)) > b`: a function may be an operand, too
                        raise self._stopped()
                except _SyntaxError as error:
                    node, first = None, error
                    self._at, self._operators = start, operators
            if node is None:
                node = self._simple_condition_after(first)
            for _ in range(negations):
                node = Not(node)
            parts.append(node)
            if self._counted("AND"):
                continue
            alternatives.append(parts[0] if len(parts) == 1 else And(tuple(parts)))
            parts = []
            if not self._counted("OR"):
                return alternatives[0] if len(alternatives) == 1 else Or(tuple(alternatives))

    def _negations(self) -> int:
        """Go past any NOTs. An even number says no more than two."""
        negations = 0
        while self._counted("NOT"):
            negations += 1
        return min(negations, 2 - negations % 2)

    def _simple_condition_after(self, first: _SyntaxError | None) -> Node:
        """A parenthesis is around a condition or around the first operand of one; `first` is why not the former.

        If neither can be read, the error is that of the one that came further.
        """
        try:
            return self._simple_condition()
        except _SyntaxError as error:
            raise (error if first is None or error.at > first.at else first) from None

    def _simple_condition(self) -> Node:
        left = self._operand()
        kind = self._peek().kind
        if kind in _comparators:
            self._advance()
            return Comparison(kind, left, self._operand())
        if kind == "BETWEEN":
            self._advance()
            low = self._operand()
            self._expect("AND")
            return Between(left, low, self._operand())
        if kind == "IN":
            self._advance()
            self._expect("(")
            return In(left, self._operands())
        if isinstance(left, Call):
            return left
        raise self._stopped()

    def _operands(self) -> tuple[Operand, ...]:
        """What stands between a parenthesis already read and its end."""
        operands = [self._operand()]
        while self._take(","):
            operands.append(self._operand())
        self._expect(")")
        return tuple(operands)

    def _operand(self) -> Operand:
        start = self._at
        while self._take("("):
            pass
        opened = range(start, self._at)
        token = self._peek()
        operand: Operand
        if self._take("value"):
            operand = Value(token.text)
        elif token.kind == "word" and self._tokens[self._at + 1].kind == "(":
            self._at += 1
            self._advance()
            operand = Call(token.text, self._operands())
        else:
            operand = self._path()
        for at in reversed(opened):
            self._close(at)
        return operand

    def _path(self) -> Path:
        parts: list[str | int] = [self._name()]
        while True:
            if self._take("."):
                parts.append(self._name())
            elif self._take("["):
                parts.append(self._index())
                self._expect("]")
            else:
                return Path(tuple(parts))

    def _name(self) -> str:
        token = self._peek()
        if token.kind not in {"word", "name"}:
            raise self._stopped()
        self._at += 1
        return token.text

    def _index(self) -> int:
        return int(self._expect("index").text)

    # Updates.

    def _action(self, section: str) -> Action:
        path = self._path()
        if section == "REMOVE":
            return Action(section, path, None)
        if section == "SET":
            self._expect("=")
            return Action(section, path, self._assigned())
        return Action(section, path, Value(self._expect("value").text))

    def _assigned(self) -> Operand:
        """An operand, a sum or a difference, or one of these in parentheses."""
        if self._peek().kind != "(":
            return self._sum()
        start = self._at
        try:
            return self._sum()
        except _SyntaxError as error:
            first = error
        self._at = start + 1
        try:
            operand = self._assigned()
            self._close(start)
            return operand
        except _SyntaxError as error:
            raise (error if error.at > first.at else first) from None

    def _sum(self) -> Operand:
        left = self._operand()
        operator = self._peek().kind
        if operator not in {"+", "-"}:
            return left
        self._advance()
        return Arithmetic(operator, left, self._operand())

    # Tokens.

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _take(self, kind: str) -> bool:
        """Go past the next token if it is of this kind."""
        if self._tokens[self._at].kind != kind:
            return False
        self._at += 1
        return True

    def _expect(self, kind: str) -> Token:
        token = self._tokens[self._at]
        if token.kind != kind:
            raise self._stopped()
        self._at += 1
        return token

    def _advance(self) -> None:
        """Go past an operator or the parenthesis of a function."""
        self._at += 1
        self._count()

    def _counted(self, kind: str) -> bool:
        """`_take` of an operator."""
        if not self._take(kind):
            return False
        self._count()
        return True

    def _count(self) -> None:
        self._operators += 1
        if self._operators > expression_operators_max:
            raise ExpressionError(
                f"The expression contains too many operators; operator count: {self._operators}"
            )

    def _close(self, start: int) -> None:
        """Go past the end of the parenthesis that began at `start`."""
        end = self._at
        self._expect(")")
        if self._closed.get(start + 1) == end - 1:
            raise ExpressionError(_REDUNDANT)
        self._closed[start] = end

    def _stopped(self) -> _SyntaxError:
        """At the token that does not fit."""
        before = self._tokens[max(self._at - 1, 0)]
        after = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        near = self._text[before.start : after.end]
        return _SyntaxError(f'Syntax error; token: "{self._peek().text}", near: "{near}"', self._at)
