"""AWS::DynamoDB::Table."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing, wait
from millrace.deploy.document import record
from millrace.deploy.intrinsics import Unknown, has_unknown
from millrace.deploy.plan import Change
from millrace.deploy.resources import table_changes
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted, tag_changes
from millrace.deploy.resources.log_group import owned_by_tags
from millrace.deploy.shapes import (
    OPEN,
    REQUIRED,
    Finding,
    Flag,
    Listed,
    Member,
    Record,
    Tags,
    Text,
    Whole,
    tag_list,
    tag_map,
)

_GONE = "ResourceNotFoundException"
_KEY = Record(
    {"AttributeName": Member(Text(), REQUIRED), "KeyType": Member(Text(("HASH", "RANGE")), REQUIRED)}
)
_ATTRIBUTE = Record(
    {"AttributeName": Member(Text(), REQUIRED), "AttributeType": Member(Text(("S", "N", "B")), REQUIRED)}
)
_UNITS = Record(
    {"ReadCapacityUnits": Member(Whole(), REQUIRED), "WriteCapacityUnits": Member(Whole(), REQUIRED)}
)
_PROJECTION = Record(
    {
        "ProjectionType": Member(Text(("ALL", "KEYS_ONLY", "INCLUDE")), REQUIRED),
        "NonKeyAttributes": Member(Listed(Text())),
    }
)
_LOCAL_INDEX = {
    "IndexName": Member(Text(), REQUIRED),
    "KeySchema": Member(Listed(_KEY, ordered=True), REQUIRED),
    "Projection": Member(_PROJECTION, REQUIRED),
}
_GLOBAL_INDEX = {**_LOCAL_INDEX, "ProvisionedThroughput": Member(_UNITS)}
_VIEWS = ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
_TTL = {"AttributeName": Member(Text(), OPEN), "Enabled": Member(Flag(), REQUIRED)}
_PITR = {"PointInTimeRecoveryEnabled": Member(Flag(only=False), False)}
# Told of the live table, not given to CreateTable.
_AFTERWARDS = frozenset(
    {"PointInTimeRecoverySpecification", "SSESpecification", "Tags", "TimeToLiveSpecification"}
)


class Table(Kind):
    """A table, its indexes, its stream and its Time to Live."""

    type = "AWS::DynamoDB::Table"
    shape = Record(
        {
            "TableName": Member(Text()),
            "KeySchema": Member(Listed(_KEY, ordered=True), REQUIRED),
            "AttributeDefinitions": Member(Listed(_ATTRIBUTE, key="AttributeName"), REQUIRED),
            "BillingMode": Member(Text(("PAY_PER_REQUEST", "PROVISIONED")), "PROVISIONED"),
            "ProvisionedThroughput": Member(_UNITS, None),
            "GlobalSecondaryIndexes": Member(Listed(Record(_GLOBAL_INDEX), key="IndexName"), []),
            "LocalSecondaryIndexes": Member(Listed(Record(_LOCAL_INDEX), key="IndexName"), []),
            "StreamSpecification": Member(Record({"StreamViewType": Member(Text(_VIEWS), REQUIRED)}), None),
            "TimeToLiveSpecification": Member(Record(_TTL), {"Enabled": False}),
            "DeletionProtectionEnabled": Member(Flag(), False),
            "TableClass": Member(Text(("STANDARD", "STANDARD_INFREQUENT_ACCESS")), "STANDARD"),
            "SSESpecification": Member(
                Record({"SSEEnabled": Member(Flag(), REQUIRED)}), {"SSEEnabled": False}
            ),
            "PointInTimeRecoverySpecification": Member(Record(_PITR)),
            "Tags": Member(Tags(), {}),
        }
    )
    name_property = "TableName"
    name_max = 255
    fixed = frozenset({"KeySchema", "LocalSecondaryIndexes"})
    attributes = frozenset({"Arn", "StreamArn"})
    holds_data = True

    def problems(self, properties: Mapping[str, Any], situation: Situation) -> Iterator[Finding]:
        found = list(super().problems(properties, situation))
        yield from found
        expiry = record(properties.get("TimeToLiveSpecification")) or {}
        if Flag().normal(expiry.get("Enabled")) is True and "AttributeName" not in expiry:
            yield "TimeToLiveSpecification.AttributeName", "is missing"
        if not found and not has_unknown(properties):
            yield from table_changes.undefined(properties)

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        found.pop("PointInTimeRecoverySpecification", None)  # only what every table has is taken
        if not found["TimeToLiveSpecification"]["Enabled"]:
            found["TimeToLiveSpecification"] = {"Enabled": False}
        return found

    def owned(self, aws: Aws) -> Iterator[Owned]:
        for name in pages(aws.dynamodb, "list_tables", "TableNames"):
            tags = _tags(aws, aws.scope.arn("dynamodb", f"table/{name}"))
            yield from owned_by_tags(self.type, name, tags)

    def read(self, aws: Aws, name: str) -> Live | None:
        answer = unless_missing(lambda: aws.dynamodb.describe_table(TableName=name), _GONE)
        if answer is None:
            return None
        table: dict[str, Any] = answer["Table"]
        tags = _tags(aws, table["TableArn"])
        expiry = aws.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        attributes = {"Ref": name, "Arn": table["TableArn"]}
        if table.get("StreamSpecification"):
            attributes["StreamArn"] = table["LatestStreamArn"]
        properties = {
            **table_changes.described(table, self.shape),
            "TimeToLiveSpecification": _expiry(expiry),
            "Tags": ownership.other(tags),
        }
        return Live(name, properties, attributes, ownership.own(tags))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        found: dict[str, Any] = {"Ref": wanted.name, "Arn": aws.scope.arn("dynamodb", f"table/{wanted.name}")}
        if wanted.properties["StreamSpecification"] is not None:
            found["StreamArn"] = Unknown(f"{wanted.logical_id}.StreamArn")
        return found

    def is_other(self, changes: Iterable[Change]) -> bool:
        """Keys and local indexes cannot change, nor can the type of an attribute."""
        changes = list(changes)
        retyped = (each for each in changes if each.property == "AttributeDefinitions")
        return super().is_other(changes) or any(None not in (each.old, each.new) for each in retyped)

    def altered(self, changed: AbstractSet[str]) -> AbstractSet[str]:
        return {"StreamArn"} if "StreamSpecification" in changed else frozenset()

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        given = {
            name: value for name, value in wanted.properties.items() if value and name not in _AFTERWARDS
        }
        if "StreamSpecification" in given:
            given["StreamSpecification"] = {"StreamEnabled": True, **given["StreamSpecification"]}
        if wanted.properties["SSESpecification"]["SSEEnabled"]:
            given["SSESpecification"] = {"Enabled": True}
        aws.dynamodb.create_table(TableName=wanted.name, Tags=tag_list(wanted.tags), **given)
        _settle(aws, wanted.name)
        _expire(aws, wanted, {"Enabled": False})
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        for request in table_changes.requests(wanted.properties, live.properties):
            aws.dynamodb.update_table(TableName=live.name, **request)
            _settle(aws, live.name)
        _expire(aws, wanted, live.properties["TimeToLiveSpecification"])
        put, gone = tag_changes(wanted.tags, live)
        if put:
            aws.dynamodb.tag_resource(ResourceArn=live.attributes["Arn"], Tags=tag_list(put))
        if gone:
            aws.dynamodb.untag_resource(ResourceArn=live.attributes["Arn"], TagKeys=gone)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        unless_missing(lambda: aws.dynamodb.delete_table(TableName=name), _GONE)
        wait(lambda: unless_missing(lambda: aws.dynamodb.describe_table(TableName=name), _GONE) is None)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        arn = aws.scope.arn("dynamodb", f"table/{name}")
        own = list(ownership.own(_tags(aws, arn)))
        if own:
            aws.dynamodb.untag_resource(ResourceArn=arn, TagKeys=own)


def _tags(aws: Aws, arn: str) -> dict[str, str]:
    return tag_map(list(pages(aws.dynamodb, "list_tags_of_resource", "Tags", ResourceArn=arn)))


def _settle(aws: Aws, name: str) -> None:
    """Return once the table and all its indexes are active."""

    def active() -> bool:
        table = aws.dynamodb.describe_table(TableName=name)["Table"]
        indexes = table.get("GlobalSecondaryIndexes", [])
        return {table["TableStatus"], *(index["IndexStatus"] for index in indexes)} == {"ACTIVE"}

    wait(active)


def _expiry(description: Mapping[str, Any]) -> dict[str, Any]:
    if description["TimeToLiveStatus"] not in {"ENABLED", "ENABLING"}:
        return {"Enabled": False}
    return {"AttributeName": description["AttributeName"], "Enabled": True}


def _expire(aws: Aws, wanted: Wanted, live: Mapping[str, Any]) -> None:
    """Time to Live on, off, or of another attribute: which is off, then on."""
    expiry: dict[str, Any] = wanted.properties["TimeToLiveSpecification"]
    if expiry == live:
        return
    if live["Enabled"]:
        aws.dynamodb.update_time_to_live(
            TableName=wanted.name, TimeToLiveSpecification={**live, "Enabled": False}
        )
    if expiry["Enabled"]:
        aws.dynamodb.update_time_to_live(TableName=wanted.name, TimeToLiveSpecification=expiry)
