"""What a caller must be allowed for each operation on tables.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from collections.abc import Sequence

from millrace.core.arn import Scope
from millrace.core.context import Access, Params
from millrace.core.errors import AwsError
from millrace.dynamodb.catalog import table_arn
from millrace.dynamodb.partiql import parser
from millrace.dynamodb.partiql.syntax import Exists, Statement

# Operations that know no resources.
_ACCOUNT_WIDE = frozenset(("DescribeLimits", "ListBackups"))
_TAGGING = frozenset(("ListTagsOfResource", "TagResource", "UntagResource"))
_BATCHES = frozenset(("BatchGetItem", "BatchWriteItem"))
# A transaction has no action of its own: each of its parts needs that of the operation that it is.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
_TRANSACTIONS = frozenset(("TransactGetItems", "TransactWriteItems"))
_PARTS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Get": "dynamodb:GetItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}
# PartiQL's operations, and the members that hold their statements.
_STATEMENTS = {
    "BatchExecuteStatement": "Statements",
    "ExecuteStatement": None,
    "ExecuteTransaction": "TransactStatements",
}


def accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """The actions, each on its resource, that this request needs."""
    action = f"dynamodb:{operation}"
    if operation in _ACCOUNT_WIDE:
        return (Access(action, "*"),)
    if operation == "ListTables":  # as AWS's refusals name it since 2022; before, it was "*"
        return (Access(action, _arn(scope, "*")),)
    if operation in _TAGGING:
        return (Access(action, params["ResourceArn"]),)
    if operation in _BATCHES:
        return tuple(Access(action, _arn(scope, name)) for name in params["RequestItems"])
    if operation in _TRANSACTIONS:
        return _of_transaction(operation, scope, params)
    if operation in _STATEMENTS:
        return _of_statements(operation, scope, params)
    resource = _arn(scope, params["TableName"])
    if operation in ("Query", "Scan") and params.get("IndexName"):
        resource += f"/index/{params['IndexName']}"
    if operation == "CreateTable" and params.get("Tags"):
        return (Access(action, resource), Access("dynamodb:TagResource", resource))
    return (Access(action, resource),)


def _of_transaction(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """One access for each action on each table, however many items."""
    needed = {
        (action, _arn(scope, part[kind]["TableName"])): None
        for part in params["TransactItems"]
        for kind, action in _PARTS.items()
        if part.get(kind) is not None
    }
    enclosing = {"dynamodb:EnclosingOperation": operation}
    return tuple(Access(action, resource, enclosing) for action, resource in needed)


def _of_statements(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """One access for each kind of statement on each table or index.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
    What is no statement needs none: it is refused where it is carried out.
    """
    member = _STATEMENTS[operation]
    texts = [params["Statement"]] if member is None else [form["Statement"] for form in params[member]]
    found = [access for text in texts for access in _of_statement(scope, text)]
    return tuple({(access.action, access.resource): access for access in found}.values())


def _of_statement(scope: Scope, text: str) -> Sequence[Access]:
    try:
        statement: Statement = parser.parse(text).statement
    except AwsError:
        return ()
    if isinstance(statement, Exists):
        statement = statement.select
    resource = _arn(scope, statement.source.table)
    if statement.source.index is not None:
        resource += f"/index/{statement.source.index}"
    return (Access(f"dynamodb:PartiQL{type(statement).__name__}", resource),)


def _arn(scope: Scope, table: str) -> str:
    return table if table.startswith("arn:") else table_arn(scope, table)
