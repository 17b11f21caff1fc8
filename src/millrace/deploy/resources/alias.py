"""AWS::Lambda::Alias: a name for a version of a function."""

from collections.abc import Mapping
from typing import Any

from millrace.deploy.aws import Aws, unless_missing, wait
from millrace.deploy.resources import function_part
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.mapping import function_name
from millrace.deploy.resources.part import FunctionPart
from millrace.deploy.shapes import REQUIRED, Listed, Member, Record, Text, Weight, Whole

_GONE = "ResourceNotFoundException"
_NONE = "ProvisionedConcurrencyConfigNotFoundException"
_WEIGHT = Record({"FunctionVersion": Member(Text(), REQUIRED), "FunctionWeight": Member(Weight(), REQUIRED)})
_WEIGHTS = "AdditionalVersionWeights"
_COUNT = "ProvisionedConcurrentExecutions"


class Alias(FunctionPart):
    """An alias: a part of its function."""

    type = "AWS::Lambda::Alias"
    shape = Record(
        {
            "FunctionName": Member(Text(), REQUIRED),
            "FunctionVersion": Member(Text(), REQUIRED),
            "Name": Member(Text(), REQUIRED),
            "Description": Member(Text(), ""),
            "ProvisionedConcurrencyConfig": Member(Record({_COUNT: Member(Whole(), REQUIRED)}), None),
            "RoutingConfig": Member(Record({_WEIGHTS: Member(Listed(_WEIGHT), [])}), None),
        }
    )
    attributes = frozenset({"AliasArn"})

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        del stack, logical_id
        return f"{function_name(str(properties['FunctionName']))}/{properties['Name']}"

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        del found["FunctionName"], found["Name"]  # they are in the name
        if found["RoutingConfig"] == {_WEIGHTS: []}:
            found["RoutingConfig"] = None
        return found

    def read(self, aws: Aws, name: str) -> Live | None:
        function, alias = name.split("/", 1)
        found = unless_missing(lambda: aws.lambda_.get_alias(FunctionName=function, Name=alias), _GONE)
        if found is None:
            return None
        ready = _provisioned(aws, function, alias)
        properties = {
            "FunctionVersion": found["FunctionVersion"],
            "Description": found.get("Description", ""),
            "ProvisionedConcurrencyConfig": ready
            and {_COUNT: ready["RequestedProvisionedConcurrentExecutions"]},
            "RoutingConfig": _routing(found.get("RoutingConfig", {}).get(_WEIGHTS, {})),
        }
        own = function_part.own_tags(aws, self.type, name)
        return Live(name, properties, {"Ref": found["AliasArn"], "AliasArn": found["AliasArn"]}, own)

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        arn = aws.scope.arn("lambda", f"function:{wanted.name.replace('/', ':')}")
        return {"Ref": arn, "AliasArn": arn}

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        function_part.claim(aws, self.type, wanted)
        aws.lambda_.create_alias(**_sent(wanted))
        if wanted.properties["ProvisionedConcurrencyConfig"]:
            _provision(aws, wanted)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        function_part.claim(aws, self.type, wanted)
        aws.lambda_.update_alias(**_sent(wanted))
        count = "ProvisionedConcurrencyConfig"
        if wanted.properties[count] != live.properties[count]:
            _provision(aws, wanted)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        function, alias = name.split("/", 1)
        unless_missing(lambda: aws.lambda_.delete_alias(FunctionName=function, Name=alias), _GONE)
        self.release(aws, name, owner)


def _routing(weights: Mapping[str, float]) -> dict[str, Any] | None:
    """As a template writes it: a list, where Lambda has a map."""
    listed = [{"FunctionVersion": version, "FunctionWeight": weight} for version, weight in weights.items()]
    return {_WEIGHTS: listed} if listed else None


def _sent(wanted: Wanted) -> dict[str, Any]:
    function, alias = wanted.name.split("/", 1)
    routing: dict[str, list[dict[str, Any]]] = wanted.properties["RoutingConfig"] or {}
    return {
        "FunctionName": function,
        "Name": alias,
        "FunctionVersion": wanted.properties["FunctionVersion"],
        "Description": wanted.properties["Description"],
        "RoutingConfig": {
            _WEIGHTS: {each["FunctionVersion"]: each["FunctionWeight"] for each in routing.get(_WEIGHTS, [])}
        },
    }


def _provisioned(aws: Aws, function: str, alias: str) -> Any:
    return unless_missing(
        lambda: aws.lambda_.get_provisioned_concurrency_config(FunctionName=function, Qualifier=alias), _NONE
    )


def _provision(aws: Aws, wanted: Wanted) -> None:
    """Ask for the environments, or for none, and wait until they are ready or cannot be."""
    function, alias = wanted.name.split("/", 1)
    named = {"FunctionName": function, "Qualifier": alias}
    config: dict[str, int] | None = wanted.properties["ProvisionedConcurrencyConfig"]
    if config is None:
        aws.lambda_.delete_provisioned_concurrency_config(**named)
        return
    aws.lambda_.put_provisioned_concurrency_config(**named, **config)
    wait(lambda: _provisioned(aws, function, alias)["Status"] != "IN_PROGRESS")
