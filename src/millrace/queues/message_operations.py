"""Operations on messages: sending, receiving, deleting, and how long they stay hidden."""

import base64
from collections.abc import Mapping
from functools import partial
from typing import Any

from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.queues import batches, drafts, messages, reception
from millrace.queues import queue as catalog
from millrace.queues.batches import Entry
from millrace.queues.message import Attributes, attributes_md5, md5, size
from millrace.queues.messages import Draft, Sent
from millrace.queues.queue import Queue, invalid
from millrace.queues.queues import Queues
from millrace.queues.reception import Received
from millrace.storage.interface import Reader, Writer

_SYSTEM = {
    "All", "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "AWSTraceHeader",
    "DeadLetterQueueSourceArn", "MessageDeduplicationId", "MessageGroupId", "SenderId", "SentTimestamp",
    "SequenceNumber",
}  # fmt: skip
_ENTRY_TOO_LONG = "One or more parameters cannot be validated. Reason: Message must be shorter than {} bytes."
_TRACE = "x-amzn-trace-id"


def message_operations(queues: Queues) -> dict[str, Operation]:
    return {
        "SendMessage": partial(send_message, queues),
        "SendMessageBatch": partial(send_message_batch, queues),
        "ReceiveMessage": partial(receive_message, queues),
        "DeleteMessage": partial(delete_message, queues),
        "DeleteMessageBatch": partial(delete_message_batch, queues),
        "ChangeMessageVisibility": partial(change_message_visibility, queues),
        "ChangeMessageVisibilityBatch": partial(change_message_visibility_batch, queues),
    }


async def send_message(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    draft = drafts.draft(params, context.principal.user_id, context.headers.get(_TRACE))
    now = queues.clock.now()
    sent = await queues.storage.write(
        lambda writer: messages.put(writer, _current(writer, queue), draft, now)
    )
    return _shown_sent(params, draft, sent)


async def send_message_batch(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    entries: list[Entry] = params["Entries"]
    batches.check(entries, "SendMessageBatchRequestEntry")
    total = sum(_size(entry) for entry in entries)
    if total > limits.queue_message_bytes_max:
        raise AwsError(
            "BatchRequestTooLong",
            f"Batch requests cannot be longer than {limits.queue_message_bytes_max} bytes. "
            f"You have sent {total} bytes.",
        )
    now, sender, trace = queues.clock.now(), context.principal.user_id, context.headers.get(_TRACE)

    def write(writer: Writer) -> Output:
        current = _current(writer, queue)
        _check_ordered(current, entries)

        def send(entry: Entry) -> Output:
            draft = drafts.draft(entry, sender, trace)
            sent = messages.put(writer, current, draft, now, too_long=_ENTRY_TOO_LONG)
            return _shown_sent(entry, draft, sent)

        return batches.each(entries, send)

    return await queues.storage.write(write)


def _check_ordered(queue: Queue, entries: list[Entry]) -> None:
    """What orders the messages of a FIFO queue may be missing in none of a batch: AWS refuses it as a whole."""
    for entry in entries if queue.is_fifo else ():
        group, given = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
        if group is None:
            raise invalid("The request must contain the parameter MessageGroupId.")
        messages.deduplicated(queue, group, given, str(entry["MessageBody"]))


async def receive_message(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    system = [*(params.get("AttributeNames") or ()), *(params.get("MessageSystemAttributeNames") or ())]
    for name in system:
        if name not in _SYSTEM:
            raise AwsError("InvalidAttributeName", f"Unknown Attribute {name}.")
    count = params.get("MaxNumberOfMessages", 1)
    if not 1 <= count <= limits.queue_batch_entries_max:
        raise invalid(
            f"Value {count} for parameter MaxNumberOfMessages is invalid. "
            f"Reason: Must be between 1 and {limits.queue_batch_entries_max}, if provided."
        )
    wait = params.get("WaitTimeSeconds", queue.number("ReceiveMessageWaitTimeSeconds"))
    _check_range("WaitTimeSeconds", wait, limits.queue_wait_seconds_max)
    hidden = params.get("VisibilityTimeout", queue.number("VisibilityTimeout"))
    _check_range("VisibilityTimeout", hidden, limits.queue_visibility_seconds_max)
    found = await queues.receive(queue, count, hidden, wait, context.client)
    named: list[str] = params.get("MessageAttributeNames") or []
    return {"Messages": [_shown(each, system, named) for each in found] or None}


async def delete_message(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    now, handle = queues.clock.now(), params["ReceiptHandle"]
    await queues.storage.write(lambda writer: reception.delete(writer, queue, handle, now))
    return {}


async def delete_message_batch(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    entries: list[Entry] = params["Entries"]
    batches.check(entries, "DeleteMessageBatchRequestEntry")
    now = queues.clock.now()

    def write(writer: Writer) -> Output:
        def delete(entry: Entry) -> Output:
            reception.delete(writer, queue, entry["ReceiptHandle"], now)
            return {}

        return batches.each(entries, delete)

    return await queues.storage.write(write)


async def change_message_visibility(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    now, handle, seconds = queues.clock.now(), params["ReceiptHandle"], params["VisibilityTimeout"]
    await queues.storage.write(lambda writer: reception.hide(writer, queue, handle, seconds, now))
    return {}


async def change_message_visibility_batch(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    entries: list[Entry] = params["Entries"]
    batches.check(entries, "ChangeMessageVisibilityBatchRequestEntry")
    now = queues.clock.now()

    def write(writer: Writer) -> Output:
        def hide(entry: Entry) -> Output:
            seconds = entry.get("VisibilityTimeout", queue.number("VisibilityTimeout"))
            reception.hide(writer, queue, entry["ReceiptHandle"], seconds, now)
            return {}

        return batches.each(entries, hide)

    return await queues.storage.write(write)


def _current(reader: Reader, queue: Queue) -> Queue:
    return catalog.get(reader, queue.scope, queue.name)


def _size(entry: Entry) -> int:
    """The size of an entry, whatever else may be wrong with it."""
    return size(entry["MessageBody"], _lenient(entry.get("MessageAttributes") or {}))


def _lenient(given: Mapping[str, Mapping[str, Any]]) -> Attributes:
    try:
        return drafts.attributes(given)
    except AwsError:
        return {}


def _check_range(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise invalid(
            f"Value {value} for parameter {name} is invalid. Reason: Must be >= 0 and <= {most}, if provided."
        )


def _shown_sent(params: Params, draft: Draft, sent: Sent) -> Output:
    system = drafts.attributes(params.get("MessageSystemAttributes") or {})
    return {
        "MessageId": sent.id,
        "MD5OfMessageBody": md5(draft.body),
        "MD5OfMessageAttributes": attributes_md5(draft.attributes),
        "MD5OfMessageSystemAttributes": attributes_md5(system),
        "SequenceNumber": sent.sequence,
    }


def _shown(received: Received, system: list[str], named: list[str]) -> Output:
    message = received.message
    attributes = {name: value for name, value in message.attributes.items() if _is_asked(name, named)}
    told = _system(received)
    asked = {name: told[name] for name in told if "All" in system or name in system}
    return {
        "MessageId": message.id,
        "ReceiptHandle": received.handle,
        "MD5OfBody": md5(message.body),
        "Body": message.body,
        "Attributes": asked or None,
        "MD5OfMessageAttributes": attributes_md5(attributes),
        "MessageAttributes": {name: _typed(*value) for name, value in attributes.items()} or None,
    }


def _is_asked(name: str, named: list[str]) -> bool:
    """`All`, `*`, `.*`, `prefix.*` or the name itself."""
    return any(
        wanted in ("All", "*", ".*", name) or (wanted.endswith(".*") and name.startswith(wanted[:-2]))
        for wanted in named
    )


def _typed(kind: str, value: str) -> dict[str, Any]:
    if kind.startswith("Binary"):
        return {"BinaryValue": base64.b64decode(value), "DataType": kind}
    return {"StringValue": value, "DataType": kind}


def _system(received: Received) -> dict[str, str]:
    message, state = received.message, received.state
    told = {
        "SenderId": message.sender,
        "ApproximateFirstReceiveTimestamp": str(state.first),
        "ApproximateReceiveCount": str(state.receives),
        "SentTimestamp": str(state.sent),
        "SequenceNumber": message.sequence,
        "MessageDeduplicationId": message.deduplication,
        "MessageGroupId": message.group,
        "AWSTraceHeader": message.trace,
        "DeadLetterQueueSourceArn": message.source,
    }
    return {name: value for name, value in told.items() if value is not None}
