"""The operations of DynamoDB, by AWS's names.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from millrace.core.clock import Clock
from millrace.core.service import Service
from millrace.dynamodb.actions import accesses
from millrace.dynamodb.operations.account import Account
from millrace.dynamodb.operations.backups import Backups
from millrace.dynamodb.operations.batches import Batches
from millrace.dynamodb.operations.bulk_operations import BulkOperations
from millrace.dynamodb.operations.contributor_insights import ContributorInsights
from millrace.dynamodb.operations.endpoints import Endpoints
from millrace.dynamodb.operations.exports import Exports
from millrace.dynamodb.operations.global_tables import GlobalTables
from millrace.dynamodb.operations.imports import Imports
from millrace.dynamodb.operations.items import Items
from millrace.dynamodb.operations.kinesis import Kinesis
from millrace.dynamodb.operations.queries import Queries
from millrace.dynamodb.operations.recoveries import Recoveries
from millrace.dynamodb.operations.resource_policies import ResourcePolicies
from millrace.dynamodb.operations.restores import Restores
from millrace.dynamodb.operations.statement_groups import StatementGroups
from millrace.dynamodb.operations.statements import Statements
from millrace.dynamodb.operations.tables import Tables
from millrace.dynamodb.operations.throttled import Throttled
from millrace.dynamodb.operations.throttled_statements import ThrottledStatements
from millrace.dynamodb.operations.throttled_transactions import ThrottledTransactions
from millrace.dynamodb.operations.time_to_live import Expiries
from millrace.dynamodb.operations.transactions import TransactionOperations
from millrace.dynamodb.operations.vectors import Vectors
from millrace.dynamodb.throttle import Throttle
from millrace.dynamodb.transaction import Transactions
from millrace.storage.interface import Storage
from millrace.streams.resource_policy import Policies


def service(
    storage: Storage,
    clock: Clock,
    *,
    table_delay: float = 0.0,
    stream_shards: int = 1,
    throttle: Throttle | None = None,
) -> Service:
    """DynamoDB over this storage. States of tables last `table_delay` seconds, new streams have `stream_shards`."""
    transactions = Transactions(storage, clock)
    families = (
        Account(storage),
        Backups(storage, clock),
        Batches(storage, clock, transactions),
        BulkOperations(storage, clock),
        ContributorInsights(storage, clock),
        Endpoints(),
        Expiries(storage, clock),
        Exports(storage, clock),
        GlobalTables(),
        Imports(storage, clock),
        Items(storage, clock, transactions),
        Kinesis(storage),
        Queries(storage),
        Recoveries(storage, clock),
        ResourcePolicies(storage, clock),
        Restores(storage, clock),
        StatementGroups(storage, clock, transactions),
        Statements(storage, clock, transactions),
        Tables(storage, clock, table_delay, stream_shards),
        TransactionOperations(transactions),
        Vectors(storage),
    )
    operations = {name: operation for family in families for name, operation in family.operations().items()}
    if throttle is not None:
        operations |= Throttled(storage, throttle).around(operations)
        operations |= ThrottledStatements(storage, throttle).around(operations)
        operations |= ThrottledTransactions(storage, clock, throttle).around(operations)
    policies = Policies(storage)
    return Service("dynamodb", operations, accesses, policies.text_for, policies.exist)
