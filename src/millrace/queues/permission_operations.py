"""AddPermission and RemovePermission: statements of a queue's policy."""

from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from millrace.core.context import Context, Operation, Output, Params
from millrace.queues.queue import Queue, invalid
from millrace.queues.queue_operations import alter
from millrace.queues.queues import Queues

_ACTIONS = {
    "*", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl",
    "ListDeadLetterSourceQueues", "PurgeQueue", "ReceiveMessage", "SendMessage",
}  # fmt: skip


def permission_operations(queues: Queues) -> dict[str, Operation]:
    return {
        "AddPermission": partial(add_permission, queues),
        "RemovePermission": partial(remove_permission, queues),
    }


async def add_permission(queues: Queues, context: Context, params: Params) -> Output:
    found = await queues.find(context, params["QueueUrl"])
    for action in params["Actions"]:
        if action not in _ACTIONS:
            raise invalid(
                f"Value SQS:{action} for parameter ActionName is invalid. Reason: Please refer to the appropriate "
                f"WSDL for a list of valid actions. "
            )
    label = params["Label"]

    def change(queue: Queue) -> Queue:
        policy = _policy(queue)
        if any(statement.get("Sid") == label for statement in policy["Statement"]):
            raise invalid(f"Value {label} for parameter Label is invalid. Reason: Already exists.")
        principals = [
            f"arn:{queue.scope.partition}:iam::{account}:root" for account in params["AWSAccountIds"]
        ]
        statement = {
            "Sid": label,
            "Effect": "Allow",
            "Principal": {"AWS": _one_or_all(principals)},
            "Action": _one_or_all([f"SQS:{action}" for action in params["Actions"]]),
            "Resource": queue.arn,
        }
        return _with(queue, {**policy, "Statement": [*policy["Statement"], statement]})

    return await alter(queues, found, change)


async def remove_permission(queues: Queues, context: Context, params: Params) -> Output:
    found = await queues.find(context, params["QueueUrl"])
    label = params["Label"]

    def change(queue: Queue) -> Queue:
        policy = _policy(queue)
        kept = [statement for statement in policy["Statement"] if statement.get("Sid") != label]
        if len(kept) == len(policy["Statement"]):
            raise invalid(f"Value {label} for parameter Label is invalid. Reason: can't find label.")
        return _with(queue, {**policy, "Statement": kept})

    return await alter(queues, found, change)


def _policy(queue: Queue) -> dict[str, Any]:
    text = queue.attributes.get("Policy")
    if not text:
        return {"Version": "2008-10-17", "Id": f"{queue.arn}/SQSDefaultPolicy", "Statement": []}
    policy: dict[str, Any] = orjson.loads(text)
    statements = policy["Statement"]
    return {**policy, "Statement": statements if isinstance(statements, list) else [statements]}


def _with(queue: Queue, policy: dict[str, Any]) -> Queue:
    """The queue with this policy; one without statements is none."""
    attributes = {name: value for name, value in queue.attributes.items() if name != "Policy"}
    if policy["Statement"]:
        attributes["Policy"] = orjson.dumps(policy).decode()
    return replace(queue, attributes=attributes)


def _one_or_all(texts: list[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else texts
