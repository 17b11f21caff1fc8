"""AWS::SQS::QueuePolicy, AWS::SNS::TopicPolicy and AWS::S3::BucketPolicy: who else may use a queue, a topic, a bucket."""

import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from millrace.deploy.aws import Aws, unless_missing
from millrace.deploy.document import array
from millrace.deploy.resources.access_policy import canonical
from millrace.deploy.resources.bucket import BucketHost
from millrace.deploy.resources.host import Host
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.part import Part
from millrace.deploy.resources.queue import QueueHost
from millrace.deploy.resources.topic import TopicHost, topic_arn
from millrace.deploy.shapes import REQUIRED, Json, Listed, Member, Record, Text

_NO_QUEUE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
_NO_TOPIC = ("NotFound", "NotFoundException")
_NO_POLICY = ("NoSuchBucketPolicy", "NoSuchBucket")
_FRESH_ID = "__default_policy_ID"  # of the policy that a topic has which nobody gave one
_PART = "policy"


class HostPolicy(Part):
    """The one policy of each of its hosts: a part of them. Its name here is `HOST|HOST/policy`."""

    host: ClassVar[Host]
    hosts: ClassVar[str]

    @abstractmethod
    def document(self, aws: Aws, host: str) -> Any:
        """The host's policy; None if it has none."""

    @abstractmethod
    def put(self, aws: Aws, host: str, document: str) -> None:
        """Give the host a policy; an empty text takes it away."""

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        del stack, logical_id
        return _name(self.shape.normal(properties)[self.hosts])

    def same(self, name: str, wanted: str) -> bool:
        """Its hosts may change."""
        del name, wanted
        return True

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        return {"PolicyDocument": canonical(found["PolicyDocument"]), self.hosts: _hosts(name)}

    def read(self, aws: Aws, name: str) -> Live | None:
        documents = {host: canonical(self.document(aws, host)) for host in _hosts(name)}
        found = [document for document in documents.values() if document is not None]
        if not found:
            return None
        properties = {
            "PolicyDocument": found[0] if all(each == found[0] for each in found) else found,
            self.hosts: [host for host, document in documents.items() if document is not None],
        }
        tags: list[dict[str, str]] = [
            self.host.part_tags(aws, self.type, f"{host}/{_PART}") for host in properties[self.hosts]
        ]
        own = next((each for each in tags if each), dict[str, str]())
        return Live(name, properties, {"Ref": name}, own)

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        del aws
        return {"Ref": wanted.name}

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        document = json.dumps(wanted.properties["PolicyDocument"])
        for host in _hosts(wanted.name):
            self.host.claim_part(aws, self.type, replace(wanted, name=f"{host}/{_PART}"))
            self.put(aws, host, document)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        self.create(aws, wanted, situation)
        gone = sorted({*_hosts(live.name)} - {*_hosts(wanted.name)})
        if gone:
            self.delete(aws, _name(gone), (wanted.stack, wanted.logical_id))

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        for host in _hosts(name):
            if self.document(aws, host) is not None:
                self.put(aws, host, "")
        self.release(aws, name, owner)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        for host in _hosts(name):
            self.host.release_part(aws, f"{host}/{_PART}", owner)


class QueuePolicy(HostPolicy):
    """A policy of queues."""

    type = "AWS::SQS::QueuePolicy"
    shape = Record({"PolicyDocument": Member(Json(), REQUIRED), "Queues": Member(Listed(Text()), REQUIRED)})
    host = QueueHost()
    hosts = "Queues"

    def document(self, aws: Aws, host: str) -> Any:
        def ask() -> Any:
            url = aws.sqs.get_queue_url(QueueName=host)["QueueUrl"]
            return aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])

        answer = unless_missing(ask, *_NO_QUEUE)
        text = "" if answer is None else answer.get("Attributes", {}).get("Policy")
        return json.loads(text) if text else None

    def put(self, aws: Aws, host: str, document: str) -> None:
        url = aws.sqs.get_queue_url(QueueName=host)["QueueUrl"]
        aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})


class TopicPolicy(HostPolicy):
    """A policy of topics."""

    type = "AWS::SNS::TopicPolicy"
    shape = Record({"PolicyDocument": Member(Json(), REQUIRED), "Topics": Member(Listed(Text()), REQUIRED)})
    host = TopicHost()
    hosts = "Topics"

    def document(self, aws: Aws, host: str) -> Any:
        arn = topic_arn(aws, host)
        answer = unless_missing(lambda: aws.sns.get_topic_attributes(TopicArn=arn), *_NO_TOPIC)
        if answer is None:
            return None
        found = json.loads(answer["Attributes"]["Policy"])
        return None if found.get("Id") == _FRESH_ID else found

    def put(self, aws: Aws, host: str, document: str) -> None:
        aws.sns.set_topic_attributes(
            TopicArn=topic_arn(aws, host), AttributeName="Policy", AttributeValue=document
        )


class BucketPolicy(HostPolicy):
    """The policy of a bucket."""

    type = "AWS::S3::BucketPolicy"
    shape = Record({"Bucket": Member(Text(), REQUIRED), "PolicyDocument": Member(Json(), REQUIRED)})
    host = BucketHost()
    hosts = "Bucket"

    def document(self, aws: Aws, host: str) -> Any:
        answer = unless_missing(lambda: aws.s3.get_bucket_policy(Bucket=host), *_NO_POLICY)
        return None if answer is None else json.loads(answer["Policy"])

    def put(self, aws: Aws, host: str, document: str) -> None:
        if document:
            aws.s3.put_bucket_policy(Bucket=host, Policy=document)
        else:
            aws.s3.delete_bucket_policy(Bucket=host)


def _name(hosts: Any) -> str:
    """From addresses, ARNs or names of the hosts."""
    elements = array(hosts)
    names = [hosts] if elements is None else elements
    return "|".join(sorted({str(each).replace(":", "/").rpartition("/")[2] for each in names})) + f"/{_PART}"


def _hosts(name: str) -> list[str]:
    return name.removesuffix(f"/{_PART}").split("|")
