"""AWS::IAM::Policy: a policy inside one or more roles."""

import json
from collections.abc import Mapping
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, unless_missing
from millrace.deploy.resources.kind import Live, Situation, Wanted
from millrace.deploy.resources.part import Part
from millrace.deploy.shapes import REQUIRED, Json, Listed, Member, Record, Text, tag_map

_GONE = "NoSuchEntity"


class Policy(Part):
    """An inline policy: a part of each of its roles. Its name here is `ROLE|ROLE/POLICY`."""

    type = "AWS::IAM::Policy"
    shape = Record(
        {
            "PolicyName": Member(Text(), REQUIRED),
            "PolicyDocument": Member(Json(), REQUIRED),
            "Roles": Member(Listed(Text()), REQUIRED),
        }
    )
    name_property = "PolicyName"

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        del stack, logical_id
        return f"{'|'.join(sorted(map(str, properties['Roles'])))}/{properties['PolicyName']}"

    def same(self, name: str, wanted: str) -> bool:
        """Its roles may change, its name may not."""
        return _parts(name)[1] == _parts(wanted)[1]

    def read(self, aws: Aws, name: str) -> Live | None:
        roles, policy = _parts(name)
        documents = {role: _document(aws, role, policy) for role in roles}
        found = [document for document in documents.values() if document is not None]
        if not found:
            return None
        properties = {
            "PolicyDocument": found[0] if all(each == found[0] for each in found) else found,
            "Roles": sorted(role for role, document in documents.items() if document is not None),
        }
        return Live(name, properties, {"Ref": policy}, self._own_tags(aws, roles, policy))

    def _own_tags(self, aws: Aws, roles: list[str], policy: str) -> dict[str, str]:
        for role in roles:
            for part in ownership.parts(role_tags(aws, role)):
                if (part.type, part.name) == (self.type, policy):
                    return ownership.own_tags(part.stack, part.logical_id, part.deletion_policy)
        return {}

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        del aws
        return {"Ref": _parts(wanted.name)[1]}

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        roles, policy = _parts(wanted.name)
        document = json.dumps(wanted.properties["PolicyDocument"])
        for role in roles:
            claim_part(aws, role, self.type, policy, wanted)
            aws.iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        self.create(aws, wanted, situation)
        owner = (wanted.stack, wanted.logical_id)
        roles, policy = _parts(live.name)
        gone = sorted(set(roles) - set(wanted.properties["Roles"]))
        if gone:
            self.delete(aws, f"{'|'.join(gone)}/{policy}", owner)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        roles, policy = _parts(name)
        for role in roles:
            _delete(aws, role, policy)
        self.release(aws, name, owner)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        for role in _parts(name)[0]:
            release_part(aws, role, owner)


def role_tags(aws: Aws, role: str) -> dict[str, str]:
    """All tags of a role; none if it is not there."""
    answer = unless_missing(lambda: aws.iam.list_role_tags(RoleName=role, MaxItems=100), _GONE)
    return tag_map(answer["Tags"]) if answer else {}


def claim_part(aws: Aws, role: str, kind: str, part: str, wanted: Wanted) -> None:
    """Let the role's tags say that its part is the stack's. Before it is made: what is there is then known."""
    key = ownership.part_key(wanted.stack, wanted.logical_id)
    value = ownership.part_value(kind, part, wanted.deletion_policy)
    aws.iam.tag_role(RoleName=role, Tags=[{"Key": key, "Value": value}])


def release_part(aws: Aws, role: str, owner: tuple[str, str]) -> None:
    """Take that tag away."""
    key = ownership.part_key(*owner)
    unless_missing(lambda: aws.iam.untag_role(RoleName=role, TagKeys=[key]), _GONE)


def _parts(name: str) -> tuple[list[str], str]:
    roles, policy = name.split("/", 1)
    return roles.split("|"), policy


def _document(aws: Aws, role: str, policy: str) -> Any:
    found = unless_missing(lambda: aws.iam.get_role_policy(RoleName=role, PolicyName=policy), _GONE)
    return None if found is None else found["PolicyDocument"]


def _delete(aws: Aws, role: str, policy: str) -> None:
    unless_missing(lambda: aws.iam.delete_role_policy(RoleName=role, PolicyName=policy), _GONE)
