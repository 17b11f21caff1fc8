"""PartiQL's statements read into trees, and refused where DynamoDB knows less than PartiQL.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html
"""

import re
from functools import lru_cache
from typing import NamedTuple

from millrace.core.errors import validation_error
from millrace.core.limits import statement_cache_entries_max
from millrace.dynamodb.partiql.expressions import ExpressionParser, malformed
from millrace.dynamodb.partiql.lexer import Token
from millrace.dynamodb.partiql.syntax import (
    Assignment,
    Call,
    Delete,
    Exists,
    Expression,
    Insert,
    Order,
    Path,
    Returning,
    Select,
    Source,
    Statement,
    Struct,
    Text,
    Update,
)

_table_name = re.compile(r"[a-zA-Z0-9_.-]{3,255}").fullmatch
_joins = frozenset((",", "JOIN", "CROSS", "INNER", "LEFT", "RIGHT", "FULL", "OUTER"))


class Parsed(NamedTuple):
    """A statement and how many parameters it asks for."""

    statement: Statement
    parameters: int


@lru_cache(maxsize=statement_cache_entries_max)
def parse(statement: str) -> Parsed:
    """The statement as a tree. ValidationException with AWS's sentence if it is none."""
    return _Parser(statement).whole()


class _Parser(ExpressionParser):
    def whole(self) -> Parsed:
        statement = self._statement()
        self.take(";")
        if self.peek().kind != "end":
            raise malformed("Unexpected token after expression")
        return Parsed(statement, self._parameters)

    def _statement(self) -> Statement:
        token = self.next()
        match token.kind:
            case "SELECT":
                return self.query(token)
            case "INSERT" if self.take("INTO"):
                return self._insert(token)
            case "UPDATE":
                return self._update(token)
            case "FROM":
                return self._update_from(token)
            case "DELETE":
                return self._delete(token)
            case "EXISTS" if self.take("("):
                exists = Exists(self.query(self.expect("SELECT")), at=token.at)
                self.expect(")")
                return exists
            case _:
                raise malformed("Expected data manipulation")

    # SELECT.

    def query(self, select: Token) -> Select:
        """The query whose word SELECT was just read."""
        if self.take("DISTINCT"):
            raise validation_error("Unsupported token in expression: DISTINCT")
        self.take("ALL")
        if self.peek().kind in {"VALUE", "PIVOT"}:
            raise validation_error("Select projection doesn't support value or pivot keywords")
        projection = () if self.take("*") else self._projection()
        if not projection and self.peek().kind == ",":
            raise malformed(
                "Other expressions may not be present in the select list when '*' is used without dot notation."
            )
        if not self.take("FROM"):
            raise malformed("Expected FROM after SELECT list")
        source = self._source()
        if self.peek().kind in _joins:
            raise validation_error("Only select from a single table or index is supported.")
        where = self.expression() if self.take("WHERE") else None
        order = self._order() if self.take("ORDER") else ()
        self._refuse_clauses()
        return Select(projection, source, where, order, at=select.at)

    def _projection(self) -> tuple[Path, ...]:
        paths = [self._projected()]
        while self.take(","):
            paths.append(self._projected())
        return tuple(paths)

    def _projected(self) -> Path:
        found = self.expression()
        if not isinstance(found, Path):
            raise validation_error(f"Unexpected path component at {found.at}")
        self._refuse_alias()
        return found

    def _order(self) -> tuple[Order, ...]:
        self.expect("BY")
        keys = [self._ordered()]
        while self.take(","):
            keys.append(self._ordered())
        return tuple(keys)

    def _ordered(self) -> Order:
        found = self.expression()
        if not isinstance(found, Path) or len(found.steps) != 1:
            raise validation_error(
                f"Argument to ORDER BY must be of type VariableReference. Type: {_kind_of(found)}"
            )
        name = found.steps[0]
        descending = self.take("DESC")
        _ = descending or self.take("ASC")
        return Order(str(name), descending, at=found.at)

    def _refuse_clauses(self) -> None:
        kind = self.peek().kind
        if kind == "GROUP":
            raise validation_error("Unsupported clause: GROUP BY")
        if kind in {"HAVING", "LIMIT"}:
            self.next()
            raise validation_error(f"Unsupported clause: {kind} at {self.expression().at}")

    # What changes items.

    def _insert(self, insert: Token) -> Insert:
        path = self.simple_path()
        if self.peek().kind in {"word", "quoted"}:
            raise malformed("Unexpected token after expression")
        source = self._named(path)
        if source.index is not None:
            raise validation_error(
                "FROM clause may only contain a single table name in data manipulation statements "
                f"at {source.at}"
            )
        if not self.take("VALUE"):
            self.expression()
            raise validation_error("Unsupported operation: InsertOp")
        item = self.expression()
        if not isinstance(item, Struct):
            raise validation_error(
                "Unsupported format in item expression. Please use struct format {...} to express item "
                f"values for insert statement. at {item.at}"
            )
        if self._returning() is not None:
            raise validation_error("RETURNING is not supported in INSERT")
        return Insert(source, item, at=insert.at)

    def _update(self, update: Token) -> Update:
        source = self._target()
        assignments = self._changes()
        where = self.expression() if self.take("WHERE") else None
        return Update(source, assignments, where, self._returning(), at=update.at)

    def _update_from(self, start: Token) -> Update:
        """The UPDATE that begins with FROM and tells its item before its changes."""
        source = self._target()
        where = self.expression() if self.take("WHERE") else None
        return Update(source, self._changes(), where, self._returning(), at=start.at)

    def _changes(self) -> tuple[Assignment, ...]:
        assignments: list[Assignment] = []
        while self.peek().kind in {"SET", "REMOVE"}:
            if self.next().kind == "REMOVE":
                path = self.simple_path()
                assignments.append(Assignment(path, None, at=path.at))
                continue
            assignments.append(self._assignment())
            while self.take(","):
                assignments.append(self._assignment())
        if not assignments:
            raise malformed("Expected data manipulation")
        return tuple(assignments)

    def _assignment(self) -> Assignment:
        path = self.simple_path()
        if not self.take("="):
            raise malformed("Expected '='")
        return Assignment(path, self.expression(), at=path.at)

    def _delete(self, delete: Token) -> Delete:
        if not self.take("FROM"):
            raise malformed("Expected FROM after DELETE")
        source = self._target()
        where = self.expression() if self.take("WHERE") else None
        returning = self._returning()
        if returning is not None and (returning.modified or returning.new):
            raise validation_error(
                f"Invalid returning clause: {returning}. "
                "Only RETURNING ALL OLD * is allowed in DELETE statements."
            )
        return Delete(source, where, returning, at=delete.at)

    def _returning(self) -> Returning | None:
        token = self.peek()
        if not self.take("RETURNING"):
            return None
        what, when = self.next().kind, self.next().kind
        if what not in {"ALL", "MODIFIED"} or when not in {"OLD", "NEW"}:
            raise malformed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.")
        if not self.take("*"):
            self.expression()
            raise validation_error("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause")
        if self.peek().kind == ",":
            raise validation_error("Invalid syntax with multiple returning elements in RETURNING clause")
        return Returning(what == "MODIFIED", when == "NEW", at=token.at)

    # Tables.

    def _target(self) -> Source:
        return self._named(self.simple_path())

    def _source(self) -> Source:
        if self.peek().kind == "UNPIVOT":
            raise validation_error("Only select from a single table or index is supported.")
        found = self.expression()
        if not isinstance(found, Path):
            raise validation_error("Unexpected from source")
        return self._named(found)

    def _named(self, path: Path) -> Source:
        self._refuse_alias()
        names = [step for step in path.steps if isinstance(step, str)]
        if len(path.steps) > _SOURCE_STEPS_MAX:
            raise validation_error("A path may contain at most 2 components in the FROM clause")
        if len(names) != len(path.steps):
            raise validation_error("Unexpected from source")
        if not _table_name(names[0]):
            raise validation_error(
                "Table name should be within the length [3, 255] and only contain "
                "'a-z', 'A-Z', '0-9', '-', '_', '.'."
            )
        return Source(names[0], names[1] if len(names) > 1 else None, at=path.at)

    def _refuse_alias(self) -> None:
        if self.peek().kind in {"AS", "AT", "BY"}:
            self.next()
            if self.peek().kind not in {"word", "quoted"}:
                raise malformed("Expected identifier for AS-alias")
        if self.peek().kind in {"word", "quoted"}:
            raise validation_error("Aliasing is not supported")


_SOURCE_STEPS_MAX = 2


def _kind_of(node: Expression) -> str:
    """What AWS calls an expression that is no name."""
    match node:
        case Path():
            return "PATH"
        case Call():
            return node.name
        case Text():
            return node.content
        case _:
            return str(getattr(node, "digits", type(node).__name__))
