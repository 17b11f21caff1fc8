"""AddPermission and RemovePermission: statements of a queue's policy."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.queues.queue import Queue, invalid
from millrace.queues.queue_operations import alter
from millrace.queues.queues import Queues

_ACTIONS = {
    "*", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl",
    "ListDeadLetterSourceQueues", "PurgeQueue", "ReceiveMessage", "SendMessage",
}  # fmt: skip

_ACCOUNT = re.compile(r"[0-9]{12}")
_LABEL = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.queue_permission_label_characters_max}}}")


def permission_operations(queues: Queues) -> dict[str, Operation]:
    return {
        "AddPermission": partial(add_permission, queues),
        "RemovePermission": partial(remove_permission, queues),
    }


async def add_permission(queues: Queues, context: Context, params: Params) -> Output:
    found = await queues.find(context, params["QueueUrl"])
    for name in ("Actions", "AWSAccountIds"):
        if not params[name]:
            raise AwsError(
                "MissingRequiredParameterException", f"The request must contain the parameter {name}."
            )
    for account in params["AWSAccountIds"]:
        if not _ACCOUNT.fullmatch(account):
            raise invalid(
                f"Value {params['AWSAccountIds']} for parameter PrincipalId is invalid. Reason: Unable to verify."
            )
    for action in params["Actions"]:
        if action not in _ACTIONS:
            raise invalid(
                f"Value SQS:{action} for parameter ActionName is invalid. Reason: Please refer to the appropriate "
                f"WSDL for a list of valid actions. "
            )
    label = params["Label"]
    if not _LABEL.fullmatch(label):
        raise invalid(
            f"Value {label} for parameter Label is invalid. Reason: Can only include alphanumeric characters, "
            f"hyphens, or underscores. 1 to {limits.queue_permission_label_characters_max} in length."
        )

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
