"""The operations of DynamoDB, by AWS's names.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
DescribeEndpoints is left out on purpose: clients that ask for it would then call what it answers.
"""

from millrace.core.clock import Clock
from millrace.core.service import Service
from millrace.dynamodb.actions import accesses
from millrace.dynamodb.operations.account import Account
from millrace.dynamodb.operations.batches import Batches
from millrace.dynamodb.operations.items import Items
from millrace.dynamodb.operations.queries import Queries
from millrace.dynamodb.operations.tables import Tables
from millrace.dynamodb.operations.throttled import Throttled
from millrace.dynamodb.operations.time_to_live import Expiries
from millrace.dynamodb.throttle import Throttle
from millrace.storage.interface import Storage


def service(
    storage: Storage, clock: Clock, *, table_delay: float = 0.0, throttle: Throttle | None = None
) -> Service:
    """DynamoDB over this storage. States of tables last `table_delay` seconds."""
    families = (
        Account(storage),
        Batches(storage, clock),
        Expiries(storage, clock),
        Items(storage, clock),
        Queries(storage),
        Tables(storage, clock, table_delay),
    )
    operations = {name: operation for family in families for name, operation in family.operations().items()}
    if throttle is not None:
        operations = Throttled(storage, throttle).around(operations)
    return Service("dynamodb", operations, accesses)
