"""AWS::SQS::Queue."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from millrace.core import limits
from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing
from millrace.deploy.ownership import physical_name
from millrace.deploy.resources.host import Host
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted
from millrace.deploy.shapes import REQUIRED, Flag, Listed, Member, Record, Tags, Text, Whole

_GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
_FIFO = ".fifo"
_REDRIVE = Record(
    {"deadLetterTargetArn": Member(Text(), REQUIRED), "maxReceiveCount": Member(Whole(), REQUIRED)}
)
_REDRIVE_ALLOW = Record(
    {
        "redrivePermission": Member(Text(("allowAll", "denyAll", "byQueue")), REQUIRED),
        "sourceQueueArns": Member(Listed(Text())),
    }
)
_OF_FIFO = {
    "ContentBasedDeduplication": False,
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}
_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


class QueueHost(Host):
    """The tags of queues."""

    def tags(self, aws: Aws, host: str) -> dict[str, str]:
        answer = unless_missing(lambda: aws.sqs.list_queue_tags(QueueUrl=_url(aws, host)), *_GONE)
        return {} if answer is None else answer.get("Tags", {})

    def retag(self, aws: Aws, host: str, put: Mapping[str, str], gone: Sequence[str]) -> None:
        if put:
            aws.sqs.tag_queue(QueueUrl=_url(aws, host), Tags=put)
        if gone:
            unless_missing(lambda: aws.sqs.untag_queue(QueueUrl=_url(aws, host), TagKeys=list(gone)), *_GONE)


class Queue(Kind):
    """A queue. What is in it counts as data."""

    type = "AWS::SQS::Queue"
    shape = Record(
        {
            "QueueName": Member(Text()),
            "ContentBasedDeduplication": Member(Flag()),
            "DeduplicationScope": Member(Text(("queue", "messageGroup"))),
            "DelaySeconds": Member(Whole(), 0),
            "FifoQueue": Member(Flag(), False),
            "FifoThroughputLimit": Member(Text(("perQueue", "perMessageGroupId"))),
            "KmsDataKeyReusePeriodSeconds": Member(Whole()),
            "KmsMasterKeyId": Member(Text(), None),
            "MaximumMessageSize": Member(Whole(), limits.queue_message_bytes_max),
            "MessageRetentionPeriod": Member(Whole(), 345_600),
            "ReceiveMessageWaitTimeSeconds": Member(Whole(), 0),
            "RedriveAllowPolicy": Member(_REDRIVE_ALLOW, None),
            "RedrivePolicy": Member(_REDRIVE, None),
            "SqsManagedSseEnabled": Member(Flag()),
            "Tags": Member(Tags(), {}),
            "VisibilityTimeout": Member(Whole(), 30),
        }
    )
    name_property = "QueueName"
    name_max = 80
    fixed = frozenset({"FifoQueue"})
    attributes = frozenset({"Arn", "QueueName", "QueueUrl"})
    holds_data = True
    host = QueueHost()

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        given = properties.get("QueueName")
        if given:
            return str(given)
        end = _FIFO if self.shape.normal(properties)["FifoQueue"] is True else ""
        return physical_name(stack, logical_id, self.name_max - len(end)) + end

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        return {**_OF_FIFO, **found} if found["FifoQueue"] is True else found

    def owned(self, aws: Aws) -> Iterator[Owned]:
        urls = pages(aws.sqs, "list_queues", "QueueUrls")
        return self.host.owned(aws, self.type, (url.rpartition("/")[2] for url in urls))

    def read(self, aws: Aws, name: str) -> Live | None:
        told = _told(aws, name, "All")
        if told is None:
            return None
        tags = self.host.tags(aws, name)
        given = {member: told[member] for member in self.shape.members if told.get(member)}
        for member in ("RedriveAllowPolicy", "RedrivePolicy"):
            if member in given:
                given[member] = json.loads(given[member])
        properties = {**self.shape.normal(given), "Tags": ownership.other(tags)}
        return Live(name, properties, _attributes(told["QueueArn"], _url(aws, name)), ownership.own(tags))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        url = f"{aws.sqs.meta.endpoint_url}/{aws.scope.account}/{wanted.name}"
        return _attributes(aws.scope.arn("sqs", wanted.name), url)

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        given = {name: value for name, value in wanted.properties.items() if value is not None}
        if not given["FifoQueue"]:
            del given["FifoQueue"]
        aws.sqs.create_queue(QueueName=wanted.name, Attributes=_sent(given), tags=wanted.tags)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        changed = {
            name: value for name, value in wanted.properties.items() if value != live.properties.get(name)
        }
        attributes = _sent(changed)
        if attributes:
            aws.sqs.set_queue_attributes(QueueUrl=live.attributes["QueueUrl"], Attributes=attributes)
        self.host.tag(aws, wanted, live)

    def is_empty(self, aws: Aws, name: str) -> bool:
        told = _told(aws, name, *_COUNTS)
        return told is None or not any(int(count) for count in told.values())

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        unless_missing(lambda: aws.sqs.delete_queue(QueueUrl=_url(aws, name)), *_GONE)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        self.host.release(aws, name)


def _url(aws: Aws, name: str) -> str:
    return str(aws.sqs.get_queue_url(QueueName=name)["QueueUrl"])


def _told(aws: Aws, name: str, *attributes: str) -> dict[str, str] | None:
    """Attributes as texts; None if the queue is not there."""
    answer = unless_missing(
        lambda: aws.sqs.get_queue_attributes(QueueUrl=_url(aws, name), AttributeNames=list(attributes)),
        *_GONE,
    )
    return None if answer is None else dict(answer.get("Attributes", {}))


def _sent(properties: Mapping[str, Any]) -> dict[str, str]:
    """Properties as the texts that attributes are; what shall be nothing is an empty one."""
    return {name: _text(value) for name, value in properties.items() if name != "Tags"}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _attributes(arn: str, url: Any) -> dict[str, Any]:
    return {"Ref": url, "Arn": arn, "QueueName": arn.rpartition(":")[2], "QueueUrl": url}
