"""AWS::Lambda::LayerVersionPermission."""

from collections.abc import Mapping
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws
from millrace.deploy.document import record
from millrace.deploy.resources import layer_mark
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.layer_mark import PERMISSION, Mark
from millrace.deploy.resources.part import Part, Unnamed
from millrace.deploy.shapes import REQUIRED, Member, Record, Text


class LayerVersionPermission(Unnamed, Part):
    """Who else may use a layer's version: a part of it, named by the version and the statement's id. It cannot change."""

    type = "AWS::Lambda::LayerVersionPermission"
    shape = Record(
        {
            "Action": Member(Text(("lambda:GetLayerVersion",)), REQUIRED),
            "LayerVersionArn": Member(Text(), REQUIRED),
            "Principal": Member(Text(), REQUIRED),
            "OrganizationId": Member(Text(), None),
        }
    )
    fixed = frozenset(shape.members)

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        return {**found, "Principal": _account(found["Principal"])}

    def candidate(self, aws: Aws, wanted: Wanted) -> str:
        del aws, wanted
        return ""

    def read(self, aws: Aws, name: str) -> Live | None:
        version, _, sid = name.partition("/")
        for statement in layer_mark.statements(aws, version):
            if statement["Sid"] == sid:
                (mark,) = layer_mark.marks([statement])
                own = ownership.own_tags(mark.stack, mark.logical_id, mark.deletion_policy)
                return Live(name, _properties(statement), {"Ref": sid}, own)
        return None

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        version = layer_mark.name_of(wanted.properties["LayerVersionArn"])
        mark = Mark(PERMISSION, wanted.stack, wanted.logical_id, wanted.deletion_policy)
        given = {name: value for name, value in wanted.properties.items() if value}
        del given["LayerVersionArn"]
        place = layer_mark.place_of(version)
        aws.lambda_.add_layer_version_permission(**place, StatementId=mark.sid, **given)
        return f"{version}/{mark.sid}"

    def is_other(self, changes: Any) -> bool:
        """Its id says everything of it, its owner included."""
        return bool(list(changes))

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        """Nothing of it can change."""

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        version, _, sid = name.partition("/")
        layer_mark.drop(aws, version, sid)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        """The statement stays under an id that says nothing; its own cannot change."""
        live = self.read(aws, name)
        if live is None:
            return
        version, _, sid = name.partition("/")
        given = {each: value for each, value in live.properties.items() if value}
        del given["LayerVersionArn"]
        retained = sid.removeprefix("millrace_")
        aws.lambda_.add_layer_version_permission(
            **layer_mark.place_of(version), StatementId=retained, **given
        )
        self.delete(aws, name, owner)


def _properties(statement: Mapping[str, Any]) -> dict[str, Any]:
    form = record(statement["Principal"])
    conditions = statement.get("Condition", {})
    return {
        "Action": statement["Action"],
        "LayerVersionArn": statement["Resource"],
        "Principal": _account(statement["Principal"] if form is None else form["AWS"]),
        "OrganizationId": conditions.get("StringEquals", {}).get("aws:PrincipalOrgID"),
    }


def _account(principal: Any) -> Any:
    is_root = isinstance(principal, str) and principal.startswith("arn:") and principal.endswith(":root")
    return str(principal).split(":")[4] if is_root else principal
