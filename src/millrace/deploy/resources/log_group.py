"""AWS::Logs::LogGroup."""

from collections.abc import Iterator
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted, tag_changes
from millrace.deploy.shapes import Member, Record, Tags, Text, Whole


class LogGroup(Kind):
    """A log group, with the log in it."""

    type = "AWS::Logs::LogGroup"
    shape = Record(
        {
            "LogGroupName": Member(Text()),
            "LogGroupClass": Member(Text(("STANDARD", "INFREQUENT_ACCESS")), "STANDARD"),
            "RetentionInDays": Member(Whole(), None),
            "Tags": Member(Tags(), {}),
        }
    )
    name_property = "LogGroupName"
    name_max = 512
    fixed = frozenset({"LogGroupClass"})
    attributes = frozenset({"Arn"})
    holds_data = True

    def owned(self, aws: Aws) -> Iterator[Owned]:
        for group in pages(aws.logs, "describe_log_groups", "logGroups"):
            name = group["logGroupName"]
            tags = aws.logs.list_tags_for_resource(resourceArn=_arn(aws, name))["tags"]
            yield from owned_by_tags(self.type, name, tags)

    def read(self, aws: Aws, name: str) -> Live | None:
        found = pages(aws.logs, "describe_log_groups", "logGroups", logGroupNamePrefix=name)
        group: Any = next((group for group in found if group["logGroupName"] == name), None)
        if group is None:
            return None
        tags = aws.logs.list_tags_for_resource(resourceArn=_arn(aws, name))["tags"]
        properties = {
            "LogGroupClass": group.get("logGroupClass", "STANDARD"),
            "RetentionInDays": group.get("retentionInDays"),
            "Tags": ownership.other(tags),
        }
        return Live(name, properties, _attributes(aws, name), ownership.own(tags))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        return _attributes(aws, wanted.name)

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        group_class = wanted.properties["LogGroupClass"]
        aws.logs.create_log_group(logGroupName=wanted.name, logGroupClass=group_class, tags=wanted.tags)
        _retain(aws, wanted)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        _retain(aws, wanted)
        put, gone = tag_changes(wanted.tags, live)
        if put:
            aws.logs.tag_resource(resourceArn=_arn(aws, wanted.name), tags=put)
        if gone:
            aws.logs.untag_resource(resourceArn=_arn(aws, wanted.name), tagKeys=gone)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        unless_missing(lambda: aws.logs.delete_log_group(logGroupName=name), "ResourceNotFoundException")

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        tags = aws.logs.list_tags_for_resource(resourceArn=_arn(aws, name))["tags"]
        aws.logs.untag_resource(resourceArn=_arn(aws, name), tagKeys=list(ownership.own(tags)))


def owned_by_tags(kind: str, name: str, tags: dict[str, str]) -> Iterator[Owned]:
    """The resource itself, if its tags say whose it is."""
    if ownership.STACK in tags and ownership.LOGICAL_ID in tags:
        policy = tags.get(ownership.DELETION_POLICY, "Delete")
        yield Owned(tags[ownership.STACK], tags[ownership.LOGICAL_ID], kind, name, policy)


def _retain(aws: Aws, wanted: Wanted) -> None:
    days = wanted.properties["RetentionInDays"]
    if days is None:
        aws.logs.delete_retention_policy(logGroupName=wanted.name)
    else:
        aws.logs.put_retention_policy(logGroupName=wanted.name, retentionInDays=days)


def _arn(aws: Aws, name: str) -> str:
    return aws.scope.arn("logs", f"log-group:{name}")


def _attributes(aws: Aws, name: str) -> dict[str, Any]:
    return {"Ref": name, "Arn": f"{_arn(aws, name)}:*"}
