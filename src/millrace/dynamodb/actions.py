"""What a caller must be allowed for each operation on tables.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from collections.abc import Callable, Mapping, Sequence

from millrace.core.arn import Scope
from millrace.core.context import Access, Params
from millrace.core.errors import AwsError
from millrace.dynamodb.catalog import table_arn
from millrace.dynamodb.partiql import parser
from millrace.dynamodb.partiql.syntax import Exists, Statement

_Accesses = Callable[[str, Scope, Params], Sequence[Access]]

# A transaction has no action of its own: each of its parts needs that of the operation that it is.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
_PARTS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Get": "dynamodb:GetItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}
# What AWS does to the table that a restore makes, in the name of whoever asks for it.
_RESTORING = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")


def accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """The actions, each on its resource, that this request needs: mostly one, on the table that it names."""
    special = _SPECIAL.get(operation)
    if special is not None:
        return special(f"dynamodb:{operation}", scope, params)
    return (Access(f"dynamodb:{operation}", _arn(scope, params["TableName"])),)


def _arn(scope: Scope, table: str) -> str:
    return table if table.startswith("arn:") else table_arn(scope, table)


def _account_wide(action: str, _scope: Scope, _params: Params) -> Sequence[Access]:
    return (Access(action, "*"),)


def _all_tables(action: str, scope: Scope, _params: Params) -> Sequence[Access]:
    """As AWS's refusals of ListTables name it since 2022; before, it was `*`."""
    return (Access(action, _arn(scope, "*")),)


def _named_by(member: str) -> _Accesses:
    """The resource's whole ARN is a member of the request."""

    def named(action: str, scope: Scope, params: Params) -> Sequence[Access]:
        return (Access(action, _arn(scope, params[member])),)

    return named


def _each_table(action: str, scope: Scope, params: Params) -> Sequence[Access]:
    return tuple(Access(action, _arn(scope, name)) for name in params["RequestItems"])


def _place(action: str, scope: Scope, params: Params) -> Sequence[Access]:
    """A table, or the index of it that is asked for."""
    index = params.get("IndexName")
    resource = _arn(scope, params["TableName"])
    return (Access(action, f"{resource}/index/{index}" if index else resource),)


def _creation(action: str, scope: Scope, params: Params) -> Sequence[Access]:
    resource = _arn(scope, params["TableName"])
    needed = [Access(action, resource)]
    if params.get("Tags"):
        needed.append(Access("dynamodb:TagResource", resource))
    if params.get("ResourcePolicy"):
        needed.append(Access("dynamodb:PutResourcePolicy", resource))
    return tuple(needed)


def _import(action: str, scope: Scope, params: Params) -> Sequence[Access]:
    """The objects are read in the name of whoever asks for it: all that begin so."""
    source = params["S3BucketSource"]
    bucket, prefix = f"arn:aws:s3:::{source['S3Bucket']}", source.get("S3KeyPrefix") or ""
    return (
        Access(action, _arn(scope, params["TableCreationParameters"]["TableName"])),
        Access("s3:GetObject", f"{bucket}/{prefix}*"),
        Access("s3:ListBucket", bucket, {"s3:prefix": prefix}),
    )


def _export(action: str, scope: Scope, params: Params) -> Sequence[Access]:
    """The export is written in the name of whoever asks for it."""
    bucket, prefix = params["S3Bucket"], params.get("S3Prefix")
    below = f"{bucket}/{prefix}/AWSDynamoDB" if prefix else f"{bucket}/AWSDynamoDB"
    return (
        Access(action, _arn(scope, params["TableArn"])),
        Access("s3:PutObject", f"arn:aws:s3:::{below}/*"),
    )


def _transaction(action: str, scope: Scope, params: Params) -> Sequence[Access]:
    """One access for each action on each table, however many items."""
    needed = {
        (part_action, _arn(scope, part[kind]["TableName"])): None
        for part in params["TransactItems"]
        for kind, part_action in _PARTS.items()
        if part.get(kind) is not None
    }
    enclosing = {"dynamodb:EnclosingOperation": action.partition(":")[2]}
    return tuple(Access(part_action, resource, enclosing) for part_action, resource in needed)


def _statement(_action: str, scope: Scope, params: Params) -> Sequence[Access]:
    return _of_statements(scope, [params["Statement"]])


def _statements_of(member: str) -> _Accesses:
    """Statements have no action of their operation, but of what they do."""

    def each(_action: str, scope: Scope, params: Params) -> Sequence[Access]:
        return _of_statements(scope, [form["Statement"] for form in params[member]])

    return each


def _of_statements(scope: Scope, texts: Sequence[str]) -> Sequence[Access]:
    """One access for each kind of statement on each table or index.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
    """
    found = [access for text in texts for access in _of_statement(scope, text)]
    return tuple({(access.action, access.resource): access for access in found}.values())


def _of_statement(scope: Scope, text: str) -> Sequence[Access]:
    try:
        statement: Statement = parser.parse(text).statement
    except AwsError:
        return ()  # it is refused where it is carried out
    if isinstance(statement, Exists):
        statement = statement.select
    resource = _arn(scope, statement.source.table)
    if statement.source.index is not None:
        resource += f"/index/{statement.source.index}"
    return (Access(f"dynamodb:PartiQL{type(statement).__name__}", resource),)


def _restoring(action: str, scope: Scope, params: Params) -> Sequence[Access]:
    source = params.get("BackupArn") or params.get("SourceTableArn") or params.get("SourceTableName")
    target = _arn(scope, params["TargetTableName"])
    # Without a source, or with two, the request is refused later.
    sources = () if source is None else (Access(action, _arn(scope, source)),)
    writes = (Access(f"dynamodb:{name}", target) for name in _RESTORING)
    return (*sources, Access(action, target), *writes)


def _global_table(action: str, scope: Scope, params: Params) -> Sequence[Access]:
    """A global table is in no region."""
    name = params["GlobalTableName"]
    return (Access(action, f"arn:{scope.partition}:dynamodb::{scope.account}:global-table/{name}"),)


def _global_table_and_its_table(action: str, scope: Scope, params: Params) -> Sequence[Access]:
    """What changes a global table needs the table that it is made of, too."""
    own = Access(action, table_arn(scope, params["GlobalTableName"]))
    return (*_global_table(action, scope, params), own)


_SPECIAL: Mapping[str, _Accesses] = {
    "BatchExecuteStatement": _statements_of("Statements"),
    "BatchGetItem": _each_table,
    "BatchWriteItem": _each_table,
    "CancelBulkOperation": _named_by("BulkOperationArn"),
    "CreateGlobalTable": _global_table_and_its_table,
    "CreateTable": _creation,
    "DeleteBackup": _named_by("BackupArn"),
    "DeleteResourcePolicy": _named_by("ResourceArn"),
    "DescribeBackup": _named_by("BackupArn"),
    "DescribeBulkOperation": _named_by("BulkOperationArn"),
    "DescribeContributorInsights": _place,
    "DescribeEndpoints": _account_wide,
    "DescribeExport": _named_by("ExportArn"),
    "DescribeGlobalTable": _global_table,
    "DescribeGlobalTableSettings": _global_table,
    "DescribeImport": _named_by("ImportArn"),
    "DescribeLimits": _account_wide,
    "ExecuteStatement": _statement,
    "ExecuteTransaction": _statements_of("TransactStatements"),
    "ExportTableToPointInTime": _export,
    "GetResourcePolicy": _named_by("ResourceArn"),
    "ImportTable": _import,
    "ListBackups": _account_wide,
    "ListBulkOperations": _account_wide,
    "ListContributorInsights": _account_wide,
    "ListExports": _account_wide,
    "ListGlobalTables": _account_wide,
    "ListImports": _account_wide,
    "ListTables": _all_tables,
    "ListTagsOfResource": _named_by("ResourceArn"),
    "PutResourcePolicy": _named_by("ResourceArn"),
    "Query": _place,
    "RestoreTableFromBackup": _restoring,
    "RestoreTableToPointInTime": _restoring,
    "Scan": _place,
    "SearchVectors": _place,
    "TagResource": _named_by("ResourceArn"),
    "TransactGetItems": _transaction,
    "TransactWriteItems": _transaction,
    "UntagResource": _named_by("ResourceArn"),
    "UpdateContributorInsights": _place,
    "UpdateGlobalTable": _global_table_and_its_table,
    "UpdateGlobalTableSettings": _global_table_and_its_table,
}
