"""AWS::SNS::Topic."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing
from millrace.deploy.ownership import physical_name
from millrace.deploy.resources.host import Host
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted
from millrace.deploy.shapes import Flag, Member, Record, Tags, Text, tag_list, tag_map

_GONE = ("NotFound", "NotFoundException", "ResourceNotFound", "ResourceNotFoundException")
_FIFO = ".fifo"
_OF_FIFO = {"ContentBasedDeduplication": False}


class TopicHost(Host):
    """The tags of topics."""

    def tags(self, aws: Aws, host: str) -> dict[str, str]:
        answer = unless_missing(
            lambda: aws.sns.list_tags_for_resource(ResourceArn=topic_arn(aws, host)), *_GONE
        )
        return {} if answer is None else tag_map(answer["Tags"])

    def retag(self, aws: Aws, host: str, put: Mapping[str, str], gone: Sequence[str]) -> None:
        arn = topic_arn(aws, host)
        if put:
            aws.sns.tag_resource(ResourceArn=arn, Tags=tag_list(put))
        if gone:
            unless_missing(lambda: aws.sns.untag_resource(ResourceArn=arn, TagKeys=list(gone)), *_GONE)


class Topic(Kind):
    """A topic. Subscriptions written inside it are resources of their own, see `inline_subscriptions`."""

    type = "AWS::SNS::Topic"
    shape = Record(
        {
            "TopicName": Member(Text()),
            "ContentBasedDeduplication": Member(Flag()),
            "DisplayName": Member(Text(), ""),
            "FifoThroughputScope": Member(Text(("Topic", "MessageGroup"))),
            "FifoTopic": Member(Flag(), False),
            "KmsMasterKeyId": Member(Text(), ""),
            "SignatureVersion": Member(Text(("1", "2"))),
            "Tags": Member(Tags(), {}),
            "TracingConfig": Member(Text(("PassThrough", "Active"))),
        }
    )
    name_property = "TopicName"
    name_max = 256
    fixed = frozenset({"FifoTopic"})
    attributes = frozenset({"TopicArn", "TopicName"})
    host = TopicHost()

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        given = properties.get("TopicName")
        if given:
            return str(given)
        end = _FIFO if self.shape.normal(properties)["FifoTopic"] is True else ""
        return physical_name(stack, logical_id, self.name_max - len(end)) + end

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        return {**_OF_FIFO, **found} if found["FifoTopic"] is True else found

    def owned(self, aws: Aws) -> Iterator[Owned]:
        topics = pages(aws.sns, "list_topics", "Topics")
        return self.host.owned(aws, self.type, (each["TopicArn"].rpartition(":")[2] for each in topics))

    def read(self, aws: Aws, name: str) -> Live | None:
        arn = topic_arn(aws, name)
        answer = unless_missing(lambda: aws.sns.get_topic_attributes(TopicArn=arn), *_GONE)
        if answer is None:
            return None
        tags = self.host.tags(aws, name)
        told = answer["Attributes"]
        given = {member: told[member] for member in self.shape.members if member in told}
        properties = {**self.shape.normal(given), "Tags": ownership.other(tags)}
        return Live(name, properties, _attributes(arn), ownership.own(tags))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        return _attributes(topic_arn(aws, wanted.name))

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        given = {name: value for name, value in wanted.properties.items() if value not in ("", False)}
        aws.sns.create_topic(Name=wanted.name, Attributes=_sent(given), Tags=tag_list(wanted.tags))
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        changed = {
            name: value for name, value in wanted.properties.items() if value != live.properties.get(name)
        }
        for name, value in _sent(changed).items():
            aws.sns.set_topic_attributes(
                TopicArn=live.attributes["TopicArn"], AttributeName=name, AttributeValue=value
            )
        self.host.tag(aws, wanted, live)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        unless_missing(lambda: aws.sns.delete_topic(TopicArn=topic_arn(aws, name)), *_GONE)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        self.host.release(aws, name)


def topic_arn(aws: Aws, name: str) -> str:
    return aws.scope.arn("sns", name)


def _sent(properties: Mapping[str, Any]) -> dict[str, str]:
    given = {name: value for name, value in properties.items() if name != "Tags"}
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()
    }


def _attributes(arn: str) -> dict[str, Any]:
    return {"Ref": arn, "TopicArn": arn, "TopicName": arn.rpartition(":")[2]}
