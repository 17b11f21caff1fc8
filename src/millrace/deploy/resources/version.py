"""AWS::Lambda::Version: what a function is when the version is made, kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from millrace.deploy.aws import Aws, unless_missing
from millrace.deploy.problem import DeployError
from millrace.deploy.resources import function_part
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.mapping import function_name
from millrace.deploy.resources.part import FunctionPart, Unnamed
from millrace.deploy.shapes import REQUIRED, Member, Record, Text

_GONE = "ResourceNotFoundException"


class Version(Unnamed, FunctionPart):
    """A published version: a part of its function, which AWS gives a number. It cannot change, only be made anew."""

    type = "AWS::Lambda::Version"
    shape = Record(
        {
            "FunctionName": Member(Text(), REQUIRED),
            "CodeSha256": Member(Text(), None),
            "Description": Member(Text(), None),
        }
    )
    fixed = frozenset({"FunctionName", "CodeSha256", "Description"})
    attributes = frozenset({"FunctionArn", "Version"})

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        if isinstance(found["FunctionName"], str):
            found["FunctionName"] = function_name(found["FunctionName"])
        return found

    def read(self, aws: Aws, name: str) -> Live | None:
        function, number = name.split("/", 1)
        version = unless_missing(
            lambda: aws.lambda_.get_function_configuration(FunctionName=function, Qualifier=number), _GONE
        )
        if version is None:
            return None
        properties = {
            "FunctionName": function,
            "CodeSha256": version["CodeSha256"],
            "Description": version["Description"],
        }
        arn = version["FunctionArn"]
        attributes = {"Ref": arn, "FunctionArn": arn, "Version": number}
        return Live(name, properties, attributes, function_part.own_tags(aws, self.type, name))

    def seen(self, wanted: Wanted, live: Live) -> Live:
        """What the template says nothing of came from the function."""
        said = {name: value for name, value in wanted.properties.items() if value is None}
        return replace(live, properties={**live.properties, **said})

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        """Published before it is claimed; if that is interrupted, publishing again gives the same version."""
        del situation
        given = {name: value for name, value in wanted.properties.items() if value is not None}
        made = aws.lambda_.publish_version(**given)
        function, number = str(made["FunctionName"]), str(made["Version"])
        aws.lambda_.get_waiter("published_version_active").wait(FunctionName=function, Qualifier=number)
        named = replace(wanted, name=f"{function}/{number}")
        if function_part.others(aws, self.type, named):
            raise DeployError(
                f"A version for this Lambda function exists ( {number} ). Modify the function to create a new version."
            )
        function_part.claim(aws, self.type, named)
        return named.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        function_part.claim(aws, self.type, replace(wanted, name=live.name))

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        function, number = name.split("/", 1)
        unless_missing(lambda: aws.lambda_.delete_function(FunctionName=function, Qualifier=number), _GONE)
        self.release(aws, name, owner)
