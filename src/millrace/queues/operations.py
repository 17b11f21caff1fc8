"""The service "sqs", and what each of its requests needs to be allowed."""

from collections.abc import Sequence

from millrace.core.arn import Scope
from millrace.core.context import Access, Params
from millrace.core.errors import AwsError
from millrace.core.service import Service
from millrace.queues import queue as catalog
from millrace.queues.message_operations import message_operations
from millrace.queues.permission_operations import permission_operations
from millrace.queues.queue_operations import queue_operations
from millrace.queues.queues import Queues, place
from millrace.storage.interface import Reader

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
_OF_BATCHES = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}


def queues_service(queues: Queues) -> Service:
    operations = {**queue_operations(queues), **message_operations(queues), **permission_operations(queues)}

    async def policy_for(access: Access) -> str | None:
        def read(reader: Reader) -> str | None:
            queue = catalog.find_by_arn(reader, access.resource)
            return None if queue is None else queue.attributes.get("Policy")

        return await queues.storage.read(read)

    async def are_there_policies() -> bool:
        return await queues.storage.read(
            lambda reader: next(reader.range(catalog.POLICIES, limit=1), None) is not None
        )

    return Service("sqs", operations, queues_accesses, policy_for, are_there_policies)


def queues_accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """The action on the queue; that of the single operation for batches."""
    return [Access(f"sqs:{_OF_BATCHES.get(operation, operation)}", _resource(scope, params))]


def _resource(scope: Scope, params: Params) -> str:
    if "QueueName" in params:
        owner = params.get("QueueOwnerAWSAccountId") or scope.account
        return Scope(owner, scope.region, scope.partition).arn("sqs", params["QueueName"])
    if "QueueUrl" not in params:
        return scope.arn("sqs", "*")
    try:
        owned, name = place(scope, params["QueueUrl"])
    except AwsError:
        return scope.arn("sqs", "*")  # no queue is there: the operation says so
    return owned.arn("sqs", name)
