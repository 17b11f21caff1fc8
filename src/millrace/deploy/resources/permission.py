"""AWS::Lambda::Permission: a statement of a function's own policy."""

import json
from collections.abc import Mapping
from typing import Any

from millrace.deploy.aws import Aws, unless_missing
from millrace.deploy.document import record
from millrace.deploy.ownership import physical_name
from millrace.deploy.resources import function_part
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.mapping import qualified_name
from millrace.deploy.resources.part import FunctionPart
from millrace.deploy.shapes import REQUIRED, Flag, Member, Record, Text

_GONE = "ResourceNotFoundException"
# How Lambda writes them as conditions of the statement.
_CONDITIONS = {
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
}
_SID_MAX = 100


class Permission(FunctionPart):
    """Who else may invoke a function, a version or an alias: a part of the function. It cannot change, only be made anew."""

    type = "AWS::Lambda::Permission"
    shape = Record(
        {
            "Action": Member(Text(), REQUIRED),
            "FunctionName": Member(Text(), REQUIRED),
            "Principal": Member(Text(), REQUIRED),
            "FunctionUrlAuthType": Member(Text(("NONE", "AWS_IAM")), None),
            "InvokedViaFunctionUrl": Member(Flag(), None),
            "PrincipalOrgID": Member(Text(), None),
            "SourceAccount": Member(Text(), None),
            "SourceArn": Member(Text(), None),
        }
    )
    name_property = "FunctionName"
    fixed = frozenset({"Action", "Principal", *_CONDITIONS})

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        function, _, qualifier = qualified_name(str(properties["FunctionName"])).partition(":")
        return function_part.name_of(function, qualifier, physical_name(stack, logical_id, _SID_MAX))

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        found["InvokedViaFunctionUrl"] = found["InvokedViaFunctionUrl"] or None  # false is to say nothing
        principal = found["Principal"]
        if isinstance(principal, str) and principal.startswith("arn:") and principal.endswith(":root"):
            found["Principal"] = principal.split(":")[4]
        return found

    def read(self, aws: Aws, name: str) -> Live | None:
        place, sid = function_part.place_of(name)
        answer = unless_missing(lambda: aws.lambda_.get_policy(**place), _GONE)
        statements: list[dict[str, Any]] = json.loads(answer["Policy"])["Statement"] if answer else []
        for statement in statements:
            if statement.get("Sid") == sid:
                own = function_part.own_tags(aws, self.type, name)
                return Live(name, _properties(statement), {"Ref": sid}, own)
        return None

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        del aws
        return {"Ref": function_part.place_of(wanted.name)[1]}

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        function_part.claim(aws, self.type, wanted)
        place, sid = function_part.place_of(wanted.name)
        given = {name: value for name, value in wanted.properties.items() if value is not None}
        aws.lambda_.add_permission(**place, StatementId=sid, **given)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del live, situation
        function_part.claim(aws, self.type, wanted)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        place, sid = function_part.place_of(name)
        unless_missing(lambda: aws.lambda_.remove_permission(**place, StatementId=sid), _GONE)
        self.release(aws, name, owner)


def _properties(statement: Mapping[str, Any]) -> dict[str, Any]:
    """What AddPermission was given, from the statement it made."""
    found: dict[str, Any] = {"Action": statement["Action"], "Principal": _principal(statement["Principal"])}
    conditions = statement.get("Condition", {})
    for name, (operator, key) in _CONDITIONS.items():
        value = conditions.get(operator, {}).get(key)
        found[name] = value == "true" if name == "InvokedViaFunctionUrl" and value is not None else value
    return found


def _principal(principal: Any) -> Any:
    form = record(principal)
    if form is None:
        return principal
    value: Any = form.get("Service") or form.get("AWS")
    is_root = isinstance(value, str) and value.startswith("arn:") and value.endswith(":root")
    return str(value).split(":")[4] if is_root else value
