"""AWS::DynamoDB::Table."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing, wait
from millrace.deploy.intrinsics import Unknown, has_unknown
from millrace.deploy.plan import Change
from millrace.deploy.resources import table_changes, table_settings, table_shape, table_states
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted, tag_changes
from millrace.deploy.resources.log_group import owned_by_tags
from millrace.deploy.shapes import Finding, tag_list, tag_map

_GONE = "ResourceNotFoundException"


class Table(Kind):
    """A table, its indexes, its stream, and its settings."""

    type = "AWS::DynamoDB::Table"
    shape = table_shape.SHAPE
    name_property = "TableName"
    name_max = 255
    fixed = frozenset({"KeySchema", "LocalSecondaryIndexes"})
    attributes = frozenset({"Arn", "StreamArn"})
    holds_data = True

    def problems(self, properties: Mapping[str, Any], situation: Situation) -> Iterator[Finding]:
        found = list(super().problems(properties, situation))
        yield from found
        yield from table_shape.problems(properties)
        if not found and not has_unknown(properties):
            yield from table_changes.undefined(properties)

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        del name, situation
        found = table_shape.normal(properties)
        found.pop(self.name_property, None)
        return found

    def owned(self, aws: Aws) -> Iterator[Owned]:
        for name in pages(aws.dynamodb, "list_tables", "TableNames"):
            yield from owned_by_tags(self.type, name, _tags_of_listed(aws, name))

    def read(self, aws: Aws, name: str) -> Live | None:
        table = table_states.at_rest(aws, name)
        if table is None:
            return None
        tags = _tags(aws, table["TableArn"])
        attributes = {"Ref": name, "Arn": table["TableArn"]}
        if table.get("StreamSpecification"):
            attributes["StreamArn"] = table["LatestStreamArn"]
        properties = table_settings.read(aws, table, table_changes.described(table))
        properties["Tags"] = ownership.other(tags)
        return Live(name, properties, attributes, ownership.own(tags))

    def seen(self, wanted: Wanted, live: Live) -> Live:
        return replace(live, properties=table_changes.seen(wanted.properties, live.properties))

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
        given = table_changes.creation(wanted.properties)
        aws.dynamodb.create_table(TableName=wanted.name, Tags=tag_list(wanted.tags), **given)
        table_states.settle(aws, wanted.name, situation.note)
        table_settings.apply(aws, wanted.name, wanted.properties)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        table_states.settle(aws, live.name, situation.note)
        for request in table_changes.requests(wanted.properties, live.properties):
            aws.dynamodb.update_table(TableName=live.name, **request)
            table_states.settle(aws, live.name, situation.note)
        table_settings.apply(aws, live.name, wanted.properties)
        put, gone = tag_changes(wanted.tags, live)
        if put:
            aws.dynamodb.tag_resource(ResourceArn=live.attributes["Arn"], Tags=tag_list(put))
        if gone:
            aws.dynamodb.untag_resource(ResourceArn=live.attributes["Arn"], TagKeys=gone)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        table_states.settle(aws, name)
        unless_missing(lambda: aws.dynamodb.delete_table(TableName=name), _GONE)
        wait(lambda: unless_missing(lambda: aws.dynamodb.describe_table(TableName=name), _GONE) is None)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        arn = aws.scope.arn("dynamodb", f"table/{name}")
        own = list(ownership.own(_tags(aws, arn)))
        if own:
            aws.dynamodb.untag_resource(ResourceArn=arn, TagKeys=own)


def _tags_of_listed(aws: Aws, name: str) -> dict[str, str]:
    """Tags of a table that may be in the making, when AWS does not tell them, or gone by now."""
    arn = aws.scope.arn("dynamodb", f"table/{name}")
    tags = unless_missing(lambda: _tags(aws, arn), _GONE, "AccessDeniedException")
    if tags is None:
        tags = {} if table_states.at_rest(aws, name) is None else _tags(aws, arn)
    return tags


def _tags(aws: Aws, arn: str) -> dict[str, str]:
    return tag_map(list(pages(aws.dynamodb, "list_tags_of_resource", "Tags", ResourceArn=arn)))
