"""Operations on global tables, of which there are none: a server is one place.

The legacy version (2017.11.29) AWS itself refuses to make since 2026, and scaling of replicas is for tables that have
some. What AWS answers was probed: ack-api-quirks DDB-GLOBALTABLE-001 to -004, DDB-TABLE-187, -231.
"""

from collections.abc import Mapping

from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog
from millrace.dynamodb.definition import invalid

_LEGACY = (
    "DynamoDB global tables version 2017.11.29 is not supported. We recommend using DynamoDB global tables version "
    "2019.11.21, instead of version 2017.11.29 (Legacy)."
)


class GlobalTables:
    """The operations: nothing is kept."""

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateGlobalTable": self.create_global_table,
            "DescribeGlobalTable": self.describe_global_table,
            "DescribeGlobalTableSettings": self.no_global_table,
            "DescribeTableReplicaAutoScaling": self.no_replicas,
            "ListGlobalTables": self.list_global_tables,
            "UpdateGlobalTable": self.update_global_table,
            "UpdateGlobalTableSettings": self.no_global_table,
            "UpdateTableReplicaAutoScaling": self.no_replicas,
        }

    async def create_global_table(self, _context: Context, _params: Params) -> Output:
        raise invalid(_LEGACY)

    async def describe_global_table(self, _context: Context, params: Params) -> Output:
        raise _not_found(f"Global table not found: {_missing(params['GlobalTableName'])}")

    async def update_global_table(self, _context: Context, params: Params) -> Output:
        updates = params["ReplicaUpdates"]
        if not updates:
            raise validation_error("One or more parameter values were invalid")
        if any(update.get("Create") for update in updates):
            raise invalid(_LEGACY)
        raise _not_found(_missing(params["GlobalTableName"]))

    async def no_global_table(self, _context: Context, params: Params) -> Output:
        """DescribeGlobalTableSettings, UpdateGlobalTableSettings."""
        raise _not_found(_missing(params["GlobalTableName"]))

    async def no_replicas(self, context: Context, params: Params) -> Output:
        """DescribeTableReplicaAutoScaling, UpdateTableReplicaAutoScaling."""
        name = catalog.name_of(context.scope, params["TableName"])
        raise AwsError("ResourceNotFoundException", _missing(name))

    async def list_global_tables(self, _context: Context, _params: Params) -> Output:
        return {"GlobalTables": []}


def _missing(name: str) -> str:
    return f"Global table with name: '{name}' does not exist."


def _not_found(message: str) -> AwsError:
    return AwsError("GlobalTableNotFoundException", message)
