"""AWS::Lambda::EventSourceMapping, of DynamoDB streams."""

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing, wait
from millrace.deploy.document import array, record
from millrace.deploy.intrinsics import Unknown
from millrace.deploy.resources.kind import Live, Owned, Situation, Wanted, tag_changes
from millrace.deploy.resources.log_group import owned_by_tags
from millrace.deploy.resources.part import Unnamed
from millrace.deploy.shapes import REQUIRED, Flag, Json, Listed, Member, Record, Tags, Text, Whole

_GONE = "ResourceNotFoundException"
_AT_REST = {"Enabled", "Disabled"}
_FILTER = Record({"Pattern": Member(Text(), REQUIRED)})
_ON_FAILURE = Record({"Destination": Member(Text(), REQUIRED)})
_NOTHING: tuple[dict[str, Any], ...] = ({}, {"Metrics": []})
_STATED = (
    "BatchSize",
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
)


class EventSourceMapping(Unnamed):
    """A mapping. It has no name: AWS gives it an id, and there is one for a stream and a function."""

    type = "AWS::Lambda::EventSourceMapping"
    shape = Record(
        {
            "EventSourceArn": Member(Text(), REQUIRED),
            "FunctionName": Member(Text(), REQUIRED),
            "StartingPosition": Member(Text(("TRIM_HORIZON", "LATEST")), REQUIRED),
            "BatchSize": Member(Whole(), 100),
            "BisectBatchOnFunctionError": Member(Flag(), False),
            "DestinationConfig": Member(Record({"OnFailure": Member(_ON_FAILURE)}), {}),
            "Enabled": Member(Flag(), True),
            "FilterCriteria": Member(Record({"Filters": Member(Listed(_FILTER, ordered=True))}), {}),
            "FunctionResponseTypes": Member(Listed(Text(("ReportBatchItemFailures",))), []),
            "MaximumBatchingWindowInSeconds": Member(Whole(), 0),
            "MaximumRecordAgeInSeconds": Member(Whole(), -1),
            "MaximumRetryAttempts": Member(Whole(), -1),
            "MetricsConfig": Member(
                Record({"Metrics": Member(Listed(Text(("EventCount",))), [])}), {"Metrics": []}
            ),
            "ParallelizationFactor": Member(Whole(), 1),
            "TumblingWindowInSeconds": Member(Whole(), 0),
            "Tags": Member(Tags(), {}),
        }
    )
    fixed = frozenset({"EventSourceArn", "StartingPosition"})
    attributes = frozenset({"EventSourceMappingArn", "Id"})

    def problems(self, properties: Mapping[str, Any], situation: Situation) -> Iterator[tuple[str, str]]:
        yield from super().problems(properties, situation)
        filters = properties.get("FilterCriteria")
        for place, each in enumerate(array((record(filters) or {}).get("Filters")) or []):
            pattern = (record(each) or {}).get("Pattern")
            if isinstance(pattern, str):
                yield from Json().problems(pattern, f"FilterCriteria.Filters[{place}].Pattern")

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        if not isinstance(found["FunctionName"], Unknown):
            found["FunctionName"] = qualified_name(found["FunctionName"])
        if not found["FilterCriteria"].get("Filters"):
            found["FilterCriteria"] = {}
        return found

    def candidate(self, aws: Aws, wanted: Wanted) -> str:
        source, function = wanted.properties["EventSourceArn"], wanted.properties["FunctionName"]
        if isinstance(source, Unknown) or isinstance(function, Unknown):
            return ""
        found = aws.lambda_.list_event_source_mappings(EventSourceArn=source, FunctionName=function)
        return next((mapping["UUID"] for mapping in found["EventSourceMappings"]), "")

    def owned(self, aws: Aws) -> Iterator[Owned]:
        for mapping in pages(aws.lambda_, "list_event_source_mappings", "EventSourceMappings"):
            tags = aws.lambda_.list_tags(Resource=mapping["EventSourceMappingArn"])["Tags"]
            yield from owned_by_tags(self.type, mapping["UUID"], tags)

    def read(self, aws: Aws, name: str) -> Live | None:
        mapping = unless_missing(lambda: aws.lambda_.get_event_source_mapping(UUID=name), _GONE)
        if mapping is None:
            return None
        arn = mapping["EventSourceMappingArn"]
        tags: dict[str, str] = aws.lambda_.list_tags(Resource=arn)["Tags"]
        filters: Any = mapping.get("FilterCriteria", {}).get("Filters")
        properties: dict[str, Any] = {
            **{member: mapping.get(member) for member in _STATED},
            "EventSourceArn": mapping["EventSourceArn"],
            "FunctionName": qualified_name(mapping["FunctionArn"]),
            "StartingPosition": mapping["StartingPosition"],
            "Enabled": mapping["State"] not in {"Disabled", "Disabling"},
            "FilterCriteria": {"Filters": filters} if filters else {},
            "DestinationConfig": _destination(mapping.get("DestinationConfig", {})),
            "MetricsConfig": {"Metrics": mapping.get("MetricsConfig", {}).get("Metrics", [])},
            "ParallelizationFactor": mapping.get("ParallelizationFactor", 1),
            "TumblingWindowInSeconds": mapping.get("TumblingWindowInSeconds", 0),
            "Tags": ownership.other(tags),
        }
        attributes = {"Ref": name, "Id": name, "EventSourceMappingArn": arn}
        return Live(name, properties, attributes, ownership.own(tags))

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        given = {name: value for name, value in wanted.properties.items() if value not in _NOTHING}
        made = aws.lambda_.create_event_source_mapping(**given | {"Tags": wanted.tags})
        _rest(aws, made["UUID"])
        return str(made["UUID"])

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        changed = {
            name: value
            for name, value in wanted.properties.items()
            if name != "Tags" and name not in self.fixed and value != live.properties.get(name)
        }
        if changed:
            if changed.get("DestinationConfig") == {}:
                changed["DestinationConfig"] = {"OnFailure": {"Destination": ""}}
            aws.lambda_.update_event_source_mapping(UUID=live.name, **changed)
            _rest(aws, live.name)
        tag_lambda(aws, str(live.attributes["EventSourceMappingArn"]), wanted, live)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        unless_missing(lambda: aws.lambda_.delete_event_source_mapping(UUID=name), _GONE)
        wait(lambda: unless_missing(lambda: aws.lambda_.get_event_source_mapping(UUID=name), _GONE) is None)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        live = self.read(aws, name)
        if live is not None and live.own_tags:
            arn = live.attributes["EventSourceMappingArn"]
            aws.lambda_.untag_resource(Resource=arn, TagKeys=list(live.own_tags))


def qualified_name(reference: str) -> str:
    """The name in a function's name, partial or whole ARN, with the qualifier if there is one."""
    return reference.rsplit(":function:", maxsplit=1)[-1].removeprefix("function:")


def function_name(reference: str) -> str:
    """The name alone."""
    return qualified_name(reference).partition(":")[0]


def tag_lambda(aws: Aws, arn: str, wanted: Wanted, live: Live) -> None:
    """Give a function or a mapping the tags that are wanted."""
    put, gone = tag_changes(wanted.tags, live)
    if put:
        aws.lambda_.tag_resource(Resource=arn, Tags=put)
    if gone:
        aws.lambda_.untag_resource(Resource=arn, TagKeys=gone)


def _destination(told: Mapping[str, Any]) -> dict[str, Any]:
    """Who is told of failures, if anybody is."""
    destination = told.get("OnFailure", {}).get("Destination")
    return {"OnFailure": {"Destination": destination}} if destination else {}


def _rest(aws: Aws, uuid: str) -> None:
    wait(lambda: aws.lambda_.get_event_source_mapping(UUID=uuid)["State"] in _AT_REST)
