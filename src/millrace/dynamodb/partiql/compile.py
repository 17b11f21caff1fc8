"""Statements with their parameters, compiled to selections and edits."""

from collections.abc import Sequence

from millrace.core.errors import validation_error
from millrace.dynamodb import request, values
from millrace.dynamodb.expressions.condition import bind_condition
from millrace.dynamodb.expressions.syntax import ExpressionError
from millrace.dynamodb.expressions.update import bind_update
from millrace.dynamodb.misfit import MisfitError
from millrace.dynamodb.partiql.conditions import ConditionCompiler
from millrace.dynamodb.partiql.edit import Deletion, Edit, Existence, Insertion, Modification
from millrace.dynamodb.partiql.key_terms import KeyTerms, no_key
from millrace.dynamodb.partiql.literals import Literals
from millrace.dynamodb.partiql.parser import parse
from millrace.dynamodb.partiql.placeholders import Placeholders
from millrace.dynamodb.partiql.projection import NamedProjection
from millrace.dynamodb.partiql.selection import Selection
from millrace.dynamodb.partiql.syntax import (
    Assignment,
    Delete,
    Exists,
    Expression,
    Insert,
    Select,
    Source,
    Statement,
    Update,
)
from millrace.dynamodb.partiql.updates import UpdateCompiler
from millrace.dynamodb.request import Compiled
from millrace.dynamodb.values import AttributeValue

Prepared = Selection | Edit


def prepare(statement: str, parameters: Sequence[AttributeValue] | None, *, tell: bool) -> Prepared:
    """The statement as something to carry out; `tell` puts the item into the refusal of a failed condition.

    ValidationException with AWS's sentence for all that can be wrong whatever the table is.
    """
    parsed = parse(statement)
    try:
        given = [values.normalise_value(parameter) for parameter in parameters or ()]
    except MisfitError as misfit:
        raise misfit.of_older() from None
    if len(given) < parsed.parameters:  # DynamoDB Local lets further ones pass
        raise validation_error("Number of parameters in request and statement don't match.")
    try:
        return _compiled(parsed.statement, Literals(given), tell=tell)
    except ExpressionError as error:
        raise validation_error(str(error)) from None


def _compiled(statement: Statement, literals: Literals, *, tell: bool) -> Prepared:
    match statement:
        case Select():
            return _selection(statement, literals)
        case Insert():
            item, size = values.normalise(literals.item(statement.item))
            request.check_size(size)
            return Insertion(statement.source.table, item, size)
        case Update():
            terms, found = _keyed(statement.source, statement.where, literals, statement.assignments)
            return Modification(statement.source.table, terms, found, tell, statement.returning)
        case Delete():
            terms, found = _keyed(statement.source, statement.where, literals)
            return Deletion(statement.source.table, terms, found, tell, statement.returning)
        case Exists():
            terms, found = _bound(statement.select.where, literals)
            return Existence(statement.select.source.table, terms, found, tell)


def _selection(select: Select, literals: Literals) -> Selection:
    paths = tuple(path.steps for path in select.projection)
    projection = NamedProjection(paths) if paths else None
    terms, found = _bound(select.where, literals)
    return Selection(select.source, terms, found.condition, projection, select.order)


def _keyed(
    source: Source, where: Expression | None, literals: Literals, assignments: tuple[Assignment, ...] = ()
) -> tuple[KeyTerms, Compiled]:
    """The WHERE clause and the changes of a write. AWS wants an equality in it before it looks for the table."""
    if source.index is not None:
        raise validation_error("This operation is not supported on an index")
    terms, found = _bound(where, literals, assignments)
    if not terms.has_equality():
        raise no_key()
    return terms, found


def _bound(
    where: Expression | None, literals: Literals, assignments: tuple[Assignment, ...] = ()
) -> tuple[KeyTerms, Compiled]:
    placeholders = Placeholders()
    tree = UpdateCompiler(literals, placeholders).update(assignments) if assignments else None
    node = None if where is None else ConditionCompiler(literals, placeholders).condition(where)
    scope = placeholders.scope()
    update = None if tree is None else bind_update(tree, scope)
    condition = None if node is None else bind_condition(node, scope)
    return KeyTerms(node, scope), Compiled(condition, None, update)
