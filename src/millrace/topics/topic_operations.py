"""Operations on topics: their life, attributes, tags and permissions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import orjson

from millrace.core import ids, limits, next_token
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Writer
from millrace.topics import settings
from millrace.topics import topic as catalog
from millrace.topics.topic import Topic, invalid
from millrace.topics.topics import Topics, check_arn

T = TypeVar("T")
_ACCOUNT = re.compile(r"[0-9]{12}")


def topic_operations(topics: Topics) -> dict[str, Operation]:
    return {
        "CreateTopic": partial(create_topic, topics),
        "DeleteTopic": partial(delete_topic, topics),
        "ListTopics": partial(list_topics, topics),
        "GetTopicAttributes": partial(get_topic_attributes, topics),
        "SetTopicAttributes": partial(set_topic_attributes, topics),
        "TagResource": partial(tag_resource, topics),
        "UntagResource": partial(untag_resource, topics),
        "ListTagsForResource": partial(list_tags_for_resource, topics),
        "AddPermission": partial(add_permission, topics),
        "RemovePermission": partial(remove_permission, topics),
    }


async def create_topic(topics: Topics, context: Context, params: Params) -> Output:
    name = str(params["Name"])
    attributes: Mapping[str, str] = params.get("Attributes") or {}
    settings.check_name(name, attributes)
    settings.check_topic(attributes, front="Attributes Reason: ")
    if params.get("DataProtectionPolicy"):
        raise invalid("DataProtectionPolicy: millrace does not have it yet")
    tags = _tags(params.get("Tags") or [])
    made = Topic(context.scope, name, ids.uuid(), attributes, tags)

    def write(writer: Writer) -> None:
        there = catalog.find(writer, made.arn)
        if there is None:
            catalog.put(writer, made)
            return
        told = {"FifoTopic": "false", **settings.topic_told(there, 0, 0)}
        if any(told.get(key) != value for key, value in attributes.items()):
            raise invalid("Attributes Reason: Topic already exists with different attributes")
        if any(there.tags.get(key) != value for key, value in tags.items()):
            raise invalid("Tags Reason: Topic already exists with different tags")

    await topics.storage.write(write)
    return {"TopicArn": made.arn}


async def delete_topic(topics: Topics, context: Context, params: Params) -> Output:
    """What is not there is deleted already."""
    check_arn("TopicArn", params["TopicArn"])
    try:
        found = await topics.find(context, params["TopicArn"])
    except AwsError as error:
        if error.code != "NotFoundException":
            raise
        return {}
    await topics.storage.write(lambda writer: catalog.remove(writer, found))
    return {}


async def list_topics(topics: Topics, context: Context, params: Params) -> Output:
    after = read_token(params.get("NextToken"))

    def read(reader: Reader) -> list[Topic]:
        return first(catalog.listed(reader, context.scope, after=after))

    found = await topics.storage.read(read)
    page, token = page_of(found, [topic.name for topic in found])
    return {"Topics": [{"TopicArn": topic.arn} for topic in page], "NextToken": token}


async def get_topic_attributes(topics: Topics, context: Context, params: Params) -> Output:
    found = await topics.find(context, params["TopicArn"])

    def read(reader: Reader) -> list[bool]:
        every = catalog.subscriptions(reader, found.scope, topic=found.name)
        return [subscription.confirmed for subscription in every]

    confirmed = await topics.storage.read(read)
    told = settings.topic_told(found, confirmed.count(True), confirmed.count(False))
    return {"Attributes": told}


async def set_topic_attributes(topics: Topics, context: Context, params: Params) -> Output:
    name, value = str(params["AttributeName"]), params.get("AttributeValue") or ""
    found = await topics.find(context, params["TopicArn"])
    if name == "FifoTopic":
        raise invalid("AttributeName")
    settings.check_topic({name: value})
    return await _alter(topics, found, {name: value})


async def tag_resource(topics: Topics, context: Context, params: Params) -> Output:
    found = await _resource(topics, context, params)
    tags = {**found.tags, **_tags(params["Tags"])}
    if len(tags) > limits.topic_tags_max:
        raise AwsError(
            "TagLimitExceededException", "Could not complete request: tag quota of per resource exceeded"
        )
    await topics.storage.write(
        lambda writer: catalog.put(writer, replace(catalog.get(writer, found.arn), tags=tags))
    )
    return {}


async def untag_resource(topics: Topics, context: Context, params: Params) -> Output:
    found = await _resource(topics, context, params)
    tags = {key: value for key, value in found.tags.items() if key not in params["TagKeys"]}
    await topics.storage.write(
        lambda writer: catalog.put(writer, replace(catalog.get(writer, found.arn), tags=tags))
    )
    return {}


async def list_tags_for_resource(topics: Topics, context: Context, params: Params) -> Output:
    found = await _resource(topics, context, params)
    return {"Tags": [{"Key": key, "Value": value} for key, value in found.tags.items()]}


async def add_permission(topics: Topics, context: Context, params: Params) -> Output:
    found = await topics.find(context, params["TopicArn"])
    policy = _policy(found)
    # A statement without actions or principals is none, and a policy with such a one would allow nobody anything.
    if not params["ActionName"] or not all(
        _ACCOUNT.fullmatch(each) for each in params["AWSAccountId"] or ("",)
    ):
        raise invalid("AWSAccountId" if params["ActionName"] else "ActionName")
    for action in params["ActionName"]:
        if action not in settings.ACTIONS:
            raise invalid("Policy statement action out of service scope!")
    if any(statement.get("Sid") == params["Label"] for statement in policy["Statement"]):
        raise invalid("Statement already exists")
    statement = {
        "Sid": params["Label"],
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_all([_root(found, each) for each in params["AWSAccountId"]])},
        "Action": _one_or_all([f"SNS:{action}" for action in params["ActionName"]]),
        "Resource": found.arn,
    }
    policy["Statement"] = [*policy["Statement"], statement]
    return await _alter(topics, found, {"Policy": orjson.dumps(policy).decode()})


async def remove_permission(topics: Topics, context: Context, params: Params) -> Output:
    found = await topics.find(context, params["TopicArn"])
    policy = _policy(found)
    policy["Statement"] = [each for each in policy["Statement"] if each.get("Sid") != params["Label"]]
    text = orjson.dumps(policy).decode() if policy["Statement"] else ""
    return await _alter(topics, found, {"Policy": text})


def first(found: Iterable[T]) -> list[T]:
    """A page's entries, and one more if there is one."""
    return [each for each, _ in zip(found, range(limits.topic_page_max + 1), strict=False)]


def page_of(found: Sequence[T], names: Sequence[str]) -> tuple[Sequence[T], str | None]:
    """A page, and the token of the next; `names` are what the listing can go on behind."""
    most = limits.topic_page_max
    token = next_token.write(names[most - 1]) if len(found) > most else None
    return found[:most], token


def read_token(token: str | None) -> str:
    try:
        return next_token.read(token)
    except ValueError:
        raise invalid("NextToken") from None


async def _alter(topics: Topics, found: Topic, changes: Mapping[str, str]) -> Output:
    def write(writer: Writer) -> None:
        topic = catalog.get(writer, found.arn)
        catalog.put(writer, replace(topic, attributes={**topic.attributes, **changes}))

    await topics.storage.write(write)
    return {}


async def _resource(topics: Topics, context: Context, params: Params) -> Topic:
    try:
        return await topics.find(context, params["ResourceArn"])
    except AwsError as error:
        if error.code != "NotFoundException":
            raise
        raise AwsError("ResourceNotFoundException", "Resource does not exist") from None


def _tags(given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    tags = {tag["Key"]: tag["Value"] for tag in given}
    if len(tags) < len(given):
        raise invalid("Duplicated keys are not allowed.")
    return tags


def _policy(topic: Topic) -> dict[str, Any]:
    text = topic.attributes.get("Policy")
    policy: dict[str, Any] = orjson.loads(text) if text else settings.default_policy(topic)
    statements = policy["Statement"]
    return {**policy, "Statement": statements if isinstance(statements, list) else [statements]}


def _root(topic: Topic, account: str) -> str:
    return f"arn:{topic.scope.partition}:iam::{account}:root"


def _one_or_all(texts: list[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else texts
