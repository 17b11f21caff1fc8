"""AWS::SNS::Subscription."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from millrace.deploy.aws import Aws, pages, unless_missing
from millrace.deploy.intrinsics import Unknown
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.part import Part, Unnamed
from millrace.deploy.resources.topic import TopicHost, topic_arn
from millrace.deploy.shapes import REQUIRED, Flag, Json, Member, Record, Text

_GONE = ("NotFound", "NotFoundException")
_REDRIVE = Record({"deadLetterTargetArn": Member(Text(), REQUIRED)})
_DOCUMENTS = ("DeliveryPolicy", "FilterPolicy", "RedrivePolicy")
_PLACE = ("TopicArn", "Protocol", "Endpoint")


class Subscription(Unnamed, Part):
    """Who hears of a topic: a part of the topic, to which SNS gives an id."""

    type = "AWS::SNS::Subscription"
    shape = Record(
        {
            "TopicArn": Member(Text(), REQUIRED),
            "Protocol": Member(Text(("sqs", "lambda", "http", "https")), REQUIRED),
            "Endpoint": Member(Text(), REQUIRED),
            "DeliveryPolicy": Member(Json(), None),
            "FilterPolicy": Member(Json(), None),
            "FilterPolicyScope": Member(Text(("MessageAttributes", "MessageBody")), None),
            "RawMessageDelivery": Member(Flag(), False),
            "RedrivePolicy": Member(_REDRIVE, None),
        }
    )
    fixed = frozenset(_PLACE)
    attributes = frozenset({"Arn"})
    host = TopicHost()

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        """A filter policy is of the message's attributes unless it says otherwise; without one there is no scope."""
        found = super().normal(properties, name, situation)
        found["FilterPolicyScope"] = (
            found["FilterPolicyScope"] or "MessageAttributes" if found["FilterPolicy"] else None
        )
        return found

    def candidate(self, aws: Aws, wanted: Wanted) -> str:
        """SNS gives one subscription to one endpoint, however often it is asked."""
        given = {name: wanted.properties[name] for name in _PLACE}
        topic = given["TopicArn"]
        if any(isinstance(value, Unknown) for value in given.values()) or not _is_there(aws, topic):
            return ""
        for each in pages(aws.sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic):
            if all(each[name] == given[name] for name in _PLACE) and each["SubscriptionArn"].count(":") > 5:
                return _name(each["SubscriptionArn"])
        return ""

    def read(self, aws: Aws, name: str) -> Live | None:
        arn = _arn(aws, name)
        answer = unless_missing(lambda: aws.sns.get_subscription_attributes(SubscriptionArn=arn), *_GONE)
        if answer is None:
            return None
        told = answer["Attributes"]
        given = {member: told[member] for member in self.shape.members if told.get(member)}
        documents = {member: json.loads(given.pop(member)) for member in _DOCUMENTS if member in given}
        given |= {member: document for member, document in documents.items() if document}
        properties: dict[str, Any] = self.shape.normal(given)
        if properties["FilterPolicy"] is None:
            properties["FilterPolicyScope"] = None
        return Live(name, properties, {"Ref": arn, "Arn": arn}, self.host.part_tags(aws, self.type, name))

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        """Asked for before it is claimed; if that is interrupted, it is there without an owner."""
        del situation
        given = {name: value for name, value in wanted.properties.items() if value}
        place = {name: given.pop(name) for name in _PLACE}
        made = aws.sns.subscribe(**place, Attributes=_sent(given), ReturnSubscriptionArn=True)
        name = _name(made["SubscriptionArn"])
        self.host.claim_part(aws, self.type, replace(wanted, name=name))
        return name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        changed = {
            name: value for name, value in wanted.properties.items() if value != live.properties.get(name)
        }
        if changed.get("FilterPolicyScope", "") is None:
            del changed["FilterPolicyScope"]  # it goes with the filter policy
        for name, value in _sent(changed).items():
            aws.sns.set_subscription_attributes(
                SubscriptionArn=live.attributes["Arn"], AttributeName=name, AttributeValue=value
            )
        self.host.claim_part(aws, self.type, replace(wanted, name=live.name))

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        unless_missing(lambda: aws.sns.unsubscribe(SubscriptionArn=_arn(aws, name)), *_GONE)
        self.release(aws, name, owner)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        self.host.release_part(aws, name, owner)


def _is_there(aws: Aws, topic: str) -> bool:
    return unless_missing(lambda: aws.sns.get_topic_attributes(TopicArn=topic), *_GONE) is not None


def _name(arn: str) -> str:
    return "/".join(arn.split(":")[-2:])


def _arn(aws: Aws, name: str) -> str:
    topic, _, own = name.partition("/")
    return f"{topic_arn(aws, topic)}:{own}"


def _sent(properties: Mapping[str, Any]) -> dict[str, str]:
    """Properties as the texts that attributes are; what shall be nothing is an empty one."""
    return {name: _text(name, value) for name, value in properties.items()}


def _text(name: str, value: Any) -> str:
    if value is None:
        return "{}" if name == "FilterPolicy" else ""
    return value if isinstance(value, str) else json.dumps(value)
