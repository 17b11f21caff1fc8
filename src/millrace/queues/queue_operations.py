"""Operations on queues: their life, attributes and tags."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from millrace.core import ids, limits, next_token
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.queues import box, settings
from millrace.queues import queue as catalog
from millrace.queues.messages import forget_old, has_old
from millrace.queues.queue import Queue, invalid
from millrace.queues.queues import Queues, url_of
from millrace.queues.reception import redrive_policy
from millrace.storage.interface import Reader, Writer


def queue_operations(queues: Queues) -> dict[str, Operation]:
    return {
        "CreateQueue": partial(create_queue, queues),
        "DeleteQueue": partial(delete_queue, queues),
        "GetQueueUrl": partial(get_queue_url, queues),
        "ListQueues": partial(list_queues, queues),
        "ListDeadLetterSourceQueues": partial(list_dead_letter_source_queues, queues),
        "GetQueueAttributes": partial(get_queue_attributes, queues),
        "SetQueueAttributes": partial(set_queue_attributes, queues),
        "PurgeQueue": partial(purge_queue, queues),
        "TagQueue": partial(tag_queue, queues),
        "UntagQueue": partial(untag_queue, queues),
        "ListQueueTags": partial(list_queue_tags, queues),
    }


async def create_queue(queues: Queues, context: Context, params: Params) -> Output:
    name = str(params["QueueName"])
    given: Mapping[str, str] = params.get("Attributes") or {}
    settings.check_name(name, given)
    attributes = settings.checked(given, name, new=True)
    tags: Mapping[str, str] = params.get("tags") or {}
    _check_tags(tags)
    now = int(queues.clock.now())
    made = Queue(context.scope, name, ids.uuid(), now, now, settings.changed({}, attributes), tags)

    def write(writer: Writer) -> Queue:
        there = catalog.find(writer, context.scope, name)
        if there is not None:
            _check_same(there, attributes)
            return there
        _check_dead_letters(writer, made)
        catalog.put(writer, made)
        return made

    return {"QueueUrl": url_of(context, await queues.storage.write(write))}


async def delete_queue(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    await queues.storage.write(lambda writer: catalog.remove(writer, _current(writer, queue)))
    return {}


async def get_queue_url(queues: Queues, context: Context, params: Params) -> Output:
    owner = params.get("QueueOwnerAWSAccountId") or context.scope.account
    found = await queues.find(context, f"/{owner}/{params['QueueName']}")
    return {"QueueUrl": url_of(context, found)}


async def list_queues(queues: Queues, context: Context, params: Params) -> Output:
    prefix, after = params.get("QueueNamePrefix") or "", _after(params.get("NextToken"))

    def read(reader: Reader) -> list[Queue]:
        return list(catalog.listed(reader, context.scope, prefix=prefix, after=after))

    found, token = _page(await queues.storage.read(read), params)
    urls = [url_of(context, queue) for queue in found]
    return {"QueueUrls": urls or None, "NextToken": token}


async def list_dead_letter_source_queues(queues: Queues, context: Context, params: Params) -> Output:
    dead = await queues.find(context, params["QueueUrl"])
    after = _after(params.get("NextToken"))

    def read(reader: Reader) -> list[Queue]:
        every = catalog.listed(reader, dead.scope, after=after)
        return [queue for queue in every if redrive_policy(queue).get("deadLetterTargetArn") == dead.arn]

    found, token = _page(await queues.storage.read(read), params)
    return {"queueUrls": [url_of(context, queue) for queue in found], "NextToken": token}


async def get_queue_attributes(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    names: list[str] = params.get("AttributeNames") or []
    settings.check_asked(names)
    now = queues.clock.now()
    while await queues.storage.read(lambda reader: has_old(reader, queue, now)):
        await queues.storage.write(lambda writer: forget_old(writer, queue, now))
    counts = await queues.storage.read(lambda reader: box.counts(reader, queue, int(now * 1000)))
    told = settings.described(queue, counts)
    if "All" not in names:
        told = {name: told[name] for name in names if name in told}
    return {"Attributes": told or None}


async def set_queue_attributes(queues: Queues, context: Context, params: Params) -> Output:
    found = await queues.find(context, params["QueueUrl"])
    attributes = settings.checked(params["Attributes"], found.name, new=False)

    def change(queue: Queue) -> Queue:
        return replace(queue, attributes=settings.changed(queue.attributes, attributes))

    return await alter(queues, found, change)


async def purge_queue(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    await queues.storage.write(lambda writer: box.empty(writer, _current(writer, queue)))
    return {}


async def tag_queue(queues: Queues, context: Context, params: Params) -> Output:
    found = await queues.find(context, params["QueueUrl"])
    tags: Mapping[str, str] = params["Tags"]
    _check_tags({**found.tags, **tags})
    return await alter(queues, found, lambda queue: replace(queue, tags={**queue.tags, **tags}), touch=False)


async def untag_queue(queues: Queues, context: Context, params: Params) -> Output:
    found = await queues.find(context, params["QueueUrl"])
    keys = set(params["TagKeys"])

    def change(queue: Queue) -> Queue:
        return replace(queue, tags={key: value for key, value in queue.tags.items() if key not in keys})

    return await alter(queues, found, change, touch=False)


async def list_queue_tags(queues: Queues, context: Context, params: Params) -> Output:
    queue = await queues.find(context, params["QueueUrl"])
    return {"Tags": queue.tags or None}


async def alter(
    queues: Queues, found: Queue, change: Callable[[Queue], Queue], *, touch: bool = True
) -> Output:
    """Replace a queue; `touch` notes the time of it."""
    now = int(queues.clock.now())

    def write(writer: Writer) -> None:
        queue = change(_current(writer, found))
        _check_dead_letters(writer, queue)
        catalog.put(writer, replace(queue, modified=now) if touch else queue)

    await queues.storage.write(write)
    return {}


def _current(reader: Reader, queue: Queue) -> Queue:
    return catalog.get(reader, queue.scope, queue.name)


def _check_same(there: Queue, attributes: Mapping[str, str]) -> None:
    """Creating a queue again is fine with the same attributes, or with none."""
    told = settings.described(there, box.Counts(0, 0, 0))
    for name, value in attributes.items():
        if told.get(name, "") != value:
            raise AwsError(
                "QueueNameExists",
                f"A queue already exists with the same name and a different value for attribute {name}",
            )


def _check_dead_letters(reader: Reader, queue: Queue) -> None:
    """Raise unless the dead-letter queue is there, is of the same kind, and takes from this one."""
    target = redrive_policy(queue).get("deadLetterTargetArn")
    if target is None:
        return
    front = f"Value {queue.attributes['RedrivePolicy']} for parameter RedrivePolicy is invalid. Reason: "
    dead = catalog.find_by_arn(reader, target)
    if dead is None:
        raise invalid(f"{front}Dead letter target does not exist.")
    if dead.is_fifo is not queue.is_fifo:
        raise invalid(f"{front}Dead-letter queue must be same type of queue as the source.")
    if not settings.takes_dead_letters(dead, queue):
        raise invalid(
            f"{front}The redrive allow policy of the dead-letter queue does not allow this source queue."
        )


def _check_tags(tags: Mapping[str, str]) -> None:
    if len(tags) > limits.queue_tags_max:
        raise invalid(f"Too many tags added for queue. Maximum is {limits.queue_tags_max}.")


def _page(found: list[Queue], params: Params) -> tuple[list[Queue], str | None]:
    """One page, and the token of the next if the caller reads by pages."""
    most = params.get("MaxResults", limits.queue_page_max)
    if not 1 <= most <= limits.queue_page_max:
        raise invalid(
            f"Value {most} for parameter MaxResults is invalid. Reason: MaxResults must be an integer "
            f"between 1 and {limits.queue_page_max}."
        )
    page = found[:most]
    more = len(found) > most and "MaxResults" in params
    return page, next_token.write(page[-1].name) if more else None


def _after(token: str | None) -> str:
    try:
        return next_token.read(token)
    except ValueError:
        raise invalid("Invalid or expired next token.") from None
