"""AWS::Lambda::Url."""

from collections.abc import Mapping
from typing import Any

from millrace.deploy.aws import Aws, unless_missing
from millrace.deploy.intrinsics import Unknown
from millrace.deploy.resources import function_part
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.mapping import qualified_name
from millrace.deploy.resources.part import QualifiedPart
from millrace.deploy.shapes import REQUIRED, Flag, Listed, Member, Record, Text, Whole

_GONE = "ResourceNotFoundException"
_CORS = {
    "AllowCredentials": Member(Flag(), False),
    "AllowHeaders": Member(Listed(Text()), []),
    "AllowMethods": Member(Listed(Text()), []),
    "AllowOrigins": Member(Listed(Text()), []),
    "ExposeHeaders": Member(Listed(Text()), []),
    "MaxAge": Member(Whole(), 0),
}


class Url(QualifiedPart):
    """The URL of a function or of an alias: a part of the function."""

    type = "AWS::Lambda::Url"
    shape = Record(
        {
            "TargetFunctionArn": Member(Text(), REQUIRED),
            "AuthType": Member(Text(("NONE", "AWS_IAM")), REQUIRED),
            "Cors": Member(Record(_CORS), None),
            "InvokeMode": Member(Text(("BUFFERED", "RESPONSE_STREAM")), "BUFFERED"),
            "Qualifier": Member(Text(), None),
        }
    )
    name_property = "TargetFunctionArn"
    attributes = frozenset({"FunctionArn", "FunctionUrl"})

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        del stack, logical_id
        function, _, qualifier = qualified_name(str(properties["TargetFunctionArn"])).partition(":")
        return function_part.name_of(function, properties.get("Qualifier") or qualifier, "url")

    def read(self, aws: Aws, name: str) -> Live | None:
        place, _ = function_part.place_of(name)
        url = unless_missing(lambda: aws.lambda_.get_function_url_config(**place), _GONE)
        if url is None:
            return None
        cors = Record(_CORS).normal(url["Cors"]) if url.get("Cors") else None
        mode = url.get("InvokeMode") or "BUFFERED"
        properties = {"AuthType": url["AuthType"], "Cors": cors, "InvokeMode": mode}
        attributes = {
            "Ref": url["FunctionArn"],
            "FunctionArn": url["FunctionArn"],
            "FunctionUrl": url["FunctionUrl"],
        }
        return Live(name, properties, attributes, function_part.own_tags(aws, self.type, name))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        place, _ = function_part.place_of(wanted.name)
        arn = aws.scope.arn("lambda", ":".join(["function", *place.values()]))
        address = Unknown(f"{wanted.logical_id}.FunctionUrl")
        return {"Ref": arn, "FunctionArn": arn, "FunctionUrl": address}

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        function_part.claim(aws, self.type, wanted)
        given = {**wanted.properties, "Cors": _sent(wanted)}
        aws.lambda_.create_function_url_config(**function_part.place_of(wanted.name)[0], **given)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        function_part.claim(aws, self.type, wanted)
        given = {**wanted.properties, "Cors": _sent(wanted)}
        aws.lambda_.update_function_url_config(**function_part.place_of(live.name)[0], **given)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        place, _ = function_part.place_of(name)
        unless_missing(lambda: aws.lambda_.delete_function_url_config(**place), _GONE)
        self.release(aws, name, owner)


def _sent(wanted: Wanted) -> dict[str, Any]:
    """What Cors says; nothing, if it says nothing."""
    cors: dict[str, Any] | None = wanted.properties["Cors"]
    return {name: value for name, value in (cors or {}).items() if value}
