"""What a caller must be allowed for each operation on tables.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from collections.abc import Sequence

from millrace.core.arn import Scope
from millrace.core.context import Access, Params
from millrace.dynamodb.catalog import table_arn

# Operations that know no resources.
_ACCOUNT_WIDE = frozenset(
    (
        "DescribeEndpoints",
        "DescribeLimits",
        "ListBackups",
        "ListBulkOperations",
        "ListContributorInsights",
        "ListExports",
        "ListGlobalTables",
        "ListImports",
    )
)
# The members by which requests name the whole ARN of what they are about.
_BY_ARN = ("ResourceArn", "ExportArn", "ImportArn", "BulkOperationArn")
_BATCHES = frozenset(("BatchGetItem", "BatchWriteItem"))


def accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """The actions, each on its resource, that this request needs."""
    action = f"dynamodb:{operation}"
    if operation in _ACCOUNT_WIDE:
        return (Access(action, "*"),)
    if operation == "ListTables":  # as AWS's refusals name it since 2022; before, it was "*"
        return (Access(action, _arn(scope, "*")),)
    named = next((member for member in _BY_ARN if member in params), None)
    if named is not None:
        return (Access(action, params[named]),)
    if operation in _BATCHES:
        return tuple(Access(action, _arn(scope, name)) for name in params["RequestItems"])
    if "GlobalTableName" in params:
        return _on_global_table(operation, scope, params["GlobalTableName"])
    resource = _arn(scope, _table_of(operation, params))
    if params.get("IndexName"):
        resource += f"/index/{params['IndexName']}"
    needed = [Access(action, resource)]
    if operation == "CreateTable" and params.get("Tags"):
        needed.append(Access("dynamodb:TagResource", resource))
    if operation == "CreateTable" and params.get("ResourcePolicy"):
        needed.append(Access("dynamodb:PutResourcePolicy", resource))
    return tuple(needed)


def _table_of(operation: str, params: Params) -> str:
    """The name or ARN of the table that a request is about."""
    if operation == "ImportTable":
        return params["TableCreationParameters"]["TableName"]
    return params["TableArn"] if operation == "ExportTableToPointInTime" else params["TableName"]


def _on_global_table(operation: str, scope: Scope, name: str) -> Sequence[Access]:
    """A global table is in no region; what changes one needs the table that it is made of, too."""
    action = f"dynamodb:{operation}"
    of_all = Access(action, f"arn:{scope.partition}:dynamodb::{scope.account}:global-table/{name}")
    if operation.startswith("Describe"):
        return (of_all,)
    return (of_all, Access(action, table_arn(scope, name)))


def _arn(scope: Scope, table: str) -> str:
    return table if table.startswith("arn:") else table_arn(scope, table)
