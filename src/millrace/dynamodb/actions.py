"""What a caller must be allowed for each operation on tables.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from collections.abc import Sequence

from millrace.core.arn import Scope
from millrace.core.context import Access, Params
from millrace.dynamodb.catalog import table_arn

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


def _arn(scope: Scope, table: str) -> str:
    return table if table.startswith("arn:") else table_arn(scope, table)
