"""AWS::IAM::ManagedPolicy."""

import json
from collections.abc import Iterator
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted, tag_changes
from millrace.deploy.resources.log_group import owned_by_tags
from millrace.deploy.resources.policy import claim_part, release_part
from millrace.deploy.shapes import REQUIRED, Json, Listed, Member, Record, Text, tag_list, tag_map

_GONE = "NoSuchEntity"
_VERSIONS_MAX = 5


class ManagedPolicy(Kind):
    """A policy of its own that roles attach. Each change is a new version; AWS keeps five."""

    type = "AWS::IAM::ManagedPolicy"
    shape = Record(
        {
            "ManagedPolicyName": Member(Text()),
            "PolicyDocument": Member(Json(), REQUIRED),
            "Description": Member(Text(), ""),
            "Path": Member(Text(), "/"),
            "Roles": Member(Listed(Text()), []),
        }
    )
    name_property = "ManagedPolicyName"
    name_max = 128
    fixed = frozenset({"Description", "Path"})
    attributes = frozenset({"PolicyArn"})

    def owned(self, aws: Aws) -> Iterator[Owned]:
        for policy in pages(aws.iam, "list_policies", "Policies", Scope="Local"):
            tags = tag_map(aws.iam.list_policy_tags(PolicyArn=policy["Arn"], MaxItems=100)["Tags"])
            yield from owned_by_tags(self.type, policy["PolicyName"], tags)

    def read(self, aws: Aws, name: str) -> Live | None:
        arn = _arn(aws, name)
        if arn is None:
            return None
        policy = aws.iam.get_policy(PolicyArn=arn)["Policy"]
        version = aws.iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
        tags = tag_map(aws.iam.list_policy_tags(PolicyArn=arn, MaxItems=100)["Tags"])
        properties = {
            "PolicyDocument": version["PolicyVersion"]["Document"],
            "Description": policy.get("Description", ""),
            "Path": policy["Path"],
            "Roles": sorted(_roles(aws, arn)),
        }
        return Live(name, properties, _attributes(arn), ownership.own(tags))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        return _attributes(aws.scope.iam_arn(f"policy{wanted.properties['Path']}{wanted.name}"))

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        made = aws.iam.create_policy(
            PolicyName=wanted.name,
            Path=wanted.properties["Path"],
            PolicyDocument=json.dumps(wanted.properties["PolicyDocument"]),
            Description=wanted.properties["Description"],
            Tags=tag_list(wanted.tags),
        )
        self._attach(aws, made["Policy"]["Arn"], wanted, set())
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        arn = str(live.attributes["PolicyArn"])
        document = wanted.properties["PolicyDocument"]
        if document != live.properties["PolicyDocument"]:
            _make_room(aws, arn)
            aws.iam.create_policy_version(
                PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True
            )
        self._attach(aws, arn, wanted, set(live.properties["Roles"]))
        put, gone = tag_changes(wanted.tags, live)
        if put:
            aws.iam.tag_policy(PolicyArn=arn, Tags=tag_list(put))
        if gone:
            aws.iam.untag_policy(PolicyArn=arn, TagKeys=gone)

    def _attach(self, aws: Aws, arn: str, wanted: Wanted, live: set[str]) -> None:
        """The roles' tags tell these attachments from those that the roles themselves ask for."""
        roles = set(wanted.properties["Roles"])
        for role in sorted(roles):
            claim_part(aws, role, self.type, wanted.name, wanted)
            aws.iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        for role in sorted(live - roles):
            aws.iam.detach_role_policy(RoleName=role, PolicyArn=arn)
            release_part(aws, role, (wanted.stack, wanted.logical_id))

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        arn = _arn(aws, name)
        if arn is None:
            return
        for role in _roles(aws, arn):
            aws.iam.detach_role_policy(RoleName=role, PolicyArn=arn)
            release_part(aws, role, owner)
        for version in aws.iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                aws.iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        unless_missing(lambda: aws.iam.delete_policy(PolicyArn=arn), _GONE)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        live = self.read(aws, name)
        if live is None:
            return
        arn = str(live.attributes["PolicyArn"])
        aws.iam.untag_policy(PolicyArn=arn, TagKeys=list(live.own_tags))
        for role in live.properties["Roles"]:
            release_part(aws, role, owner)


def _arn(aws: Aws, name: str) -> str | None:
    """Names of policies are unique in an account, whatever their paths."""
    found = pages(aws.iam, "list_policies", "Policies", Scope="Local")
    return next((str(policy["Arn"]) for policy in found if policy["PolicyName"] == name), None)


def _roles(aws: Aws, arn: str) -> list[str]:
    found = pages(aws.iam, "list_entities_for_policy", "PolicyRoles", PolicyArn=arn)
    return [role["RoleName"] for role in found]


def _make_room(aws: Aws, arn: str) -> None:
    versions = aws.iam.list_policy_versions(PolicyArn=arn)["Versions"]
    spare = [version for version in versions if not version["IsDefaultVersion"]]
    if len(versions) >= _VERSIONS_MAX:
        oldest = min(spare, key=lambda version: int(version["VersionId"][1:]))
        aws.iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])


def _attributes(arn: str) -> dict[str, Any]:
    return {"Ref": arn, "PolicyArn": arn}
