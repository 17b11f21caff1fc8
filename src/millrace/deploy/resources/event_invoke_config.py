"""AWS::Lambda::EventInvokeConfig: retries, age and destinations of asynchronous invocations."""

from collections.abc import Mapping
from typing import Any

from millrace.deploy.aws import Aws, unless_missing
from millrace.deploy.resources import function_part
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.mapping import qualified_name
from millrace.deploy.resources.part import QualifiedPart
from millrace.deploy.shapes import REQUIRED, Member, Record, Text, Whole

_GONE = "ResourceNotFoundException"
_LATEST = "$LATEST"
_DESTINATION = Record({"Destination": Member(Text(), REQUIRED)})


class EventInvokeConfig(QualifiedPart):
    """What becomes of events: a part of the function. AWS takes it as a whole."""

    type = "AWS::Lambda::EventInvokeConfig"
    shape = Record(
        {
            "FunctionName": Member(Text(), REQUIRED),
            "Qualifier": Member(Text(), REQUIRED),
            "DestinationConfig": Member(
                Record({"OnFailure": Member(_DESTINATION), "OnSuccess": Member(_DESTINATION)}), {}
            ),
            "MaximumEventAgeInSeconds": Member(Whole(), None),
            "MaximumRetryAttempts": Member(Whole(), None),
        }
    )
    name_property = "FunctionName"

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        del stack, logical_id
        function = qualified_name(str(properties["FunctionName"])).partition(":")[0]
        qualifier = str(properties["Qualifier"])
        return function_part.name_of(function, "" if qualifier == _LATEST else qualifier, "events")

    def read(self, aws: Aws, name: str) -> Live | None:
        place, _ = function_part.place_of(name)
        found = unless_missing(lambda: aws.lambda_.get_function_event_invoke_config(**place), _GONE)
        if found is None:
            return None
        destinations: dict[str, Any] = found.get("DestinationConfig") or {}
        properties = {
            "DestinationConfig": {
                each: {"Destination": told["Destination"]}
                for each, told in destinations.items()
                if told.get("Destination")
            },
            "MaximumEventAgeInSeconds": found.get("MaximumEventAgeInSeconds"),
            "MaximumRetryAttempts": found.get("MaximumRetryAttempts"),
        }
        return Live(name, properties, {"Ref": name}, function_part.own_tags(aws, self.type, name))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        del aws
        return {"Ref": wanted.name}

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        function_part.claim(aws, self.type, wanted)
        given = {name: value for name, value in wanted.properties.items() if value not in (None, {})}
        aws.lambda_.put_function_event_invoke_config(**function_part.place_of(wanted.name)[0], **given)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del live
        self.create(aws, wanted, situation)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        place, _ = function_part.place_of(name)
        unless_missing(lambda: aws.lambda_.delete_function_event_invoke_config(**place), _GONE)
        self.release(aws, name, owner)
