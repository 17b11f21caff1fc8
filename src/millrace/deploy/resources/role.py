"""AWS::IAM::Role."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, pages, unless_missing
from millrace.deploy.intrinsics import Unknown
from millrace.deploy.resources.kind import Kind, Live, Owned, Situation, Wanted, tag_changes
from millrace.deploy.resources.log_group import owned_by_tags
from millrace.deploy.resources.managed_policy import ManagedPolicy
from millrace.deploy.resources.policy import Policy, role_tags
from millrace.deploy.shapes import REQUIRED, Json, Listed, Member, Record, Tags, Text, Whole, tag_list

_GONE = "NoSuchEntity"
_INLINE = Record({"PolicyName": Member(Text(), REQUIRED), "PolicyDocument": Member(Json(), REQUIRED)})


class Role(Kind):
    """A role with its inline policies and what it attaches, but for what other resources give it."""

    type = "AWS::IAM::Role"
    shape = Record(
        {
            "RoleName": Member(Text()),
            "AssumeRolePolicyDocument": Member(Json(), REQUIRED),
            "Description": Member(Text(), ""),
            "ManagedPolicyArns": Member(Listed(Text()), []),
            "MaxSessionDuration": Member(Whole(), 3600),
            "Path": Member(Text(), "/"),
            "PermissionsBoundary": Member(Text(), None),
            "Policies": Member(Listed(_INLINE, key="PolicyName"), []),
            "Tags": Member(Tags(), {}),
        }
    )
    name_property = "RoleName"
    fixed = frozenset({"Path"})
    attributes = frozenset({"Arn", "RoleId"})

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        """Inline policies as a map, so that a difference is one of a policy."""
        found = super().normal(properties, name, situation)
        found["Policies"] = {each["PolicyName"]: each["PolicyDocument"] for each in found["Policies"]}
        found["ManagedPolicyArns"] = sorted(dict.fromkeys(found["ManagedPolicyArns"]), key=str)
        return found

    def owned(self, aws: Aws) -> Iterator[Owned]:
        """The roles, and the policies inside them that are resources of their own."""
        inside: dict[ownership.Part, list[str]] = {}
        for role in pages(aws.iam, "list_roles", "Roles"):
            name = role["RoleName"]
            tags = role_tags(aws, name)
            yield from owned_by_tags(self.type, name, tags)
            for part in ownership.parts(tags):
                if part.type == Policy.type:
                    inside.setdefault(part, []).append(name)
        for part, roles in inside.items():
            name = f"{'|'.join(sorted(roles))}/{part.name}"
            yield Owned(part.stack, part.logical_id, part.type, name, part.deletion_policy)

    def read(self, aws: Aws, name: str) -> Live | None:
        answer = unless_missing(lambda: aws.iam.get_role(RoleName=name), _GONE)
        if answer is None:
            return None
        role = answer["Role"]
        tags = role_tags(aws, name)
        parts = list(ownership.parts(tags))
        attached_by_others = {part.name for part in parts if part.type == ManagedPolicy.type}
        properties = {
            "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"],
            "Description": role.get("Description", ""),
            "ManagedPolicyArns": sorted(
                arn for arn in _attached(aws, name) if arn.split("/")[-1] not in attached_by_others
            ),
            "MaxSessionDuration": role.get("MaxSessionDuration", 3600),
            "Path": role["Path"],
            "PermissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "Policies": {
                policy: aws.iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                for policy in _inline(aws, name, {part.name for part in parts if part.type == Policy.type})
            },
            "Tags": ownership.other(tags),
        }
        attributes = {"Ref": name, "Arn": role["Arn"], "RoleId": role["RoleId"]}
        return Live(name, properties, attributes, ownership.own(tags))

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        arn = aws.scope.iam_arn(f"role{wanted.properties['Path']}{wanted.name}")
        return {"Ref": wanted.name, "Arn": arn, "RoleId": Unknown(f"{wanted.logical_id}.RoleId")}

    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        del situation
        given = wanted.properties
        boundary = given["PermissionsBoundary"]
        aws.iam.create_role(
            RoleName=wanted.name,
            AssumeRolePolicyDocument=json.dumps(given["AssumeRolePolicyDocument"]),
            Description=given["Description"],
            MaxSessionDuration=given["MaxSessionDuration"],
            Path=given["Path"],
            Tags=tag_list(wanted.tags),
            **({"PermissionsBoundary": boundary} if boundary else {}),
        )
        _grant(aws, wanted, {"Policies": {}, "ManagedPolicyArns": []})
        return wanted.name

    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        del situation
        given, name = wanted.properties, live.name
        if given["AssumeRolePolicyDocument"] != live.properties["AssumeRolePolicyDocument"]:
            document = json.dumps(given["AssumeRolePolicyDocument"])
            aws.iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
        if any(given[each] != live.properties[each] for each in ("Description", "MaxSessionDuration")):
            aws.iam.update_role(
                RoleName=name,
                Description=given["Description"],
                MaxSessionDuration=given["MaxSessionDuration"],
            )
        _bound(aws, name, given["PermissionsBoundary"], live.properties["PermissionsBoundary"])
        _grant(aws, wanted, live.properties)
        put, gone = tag_changes(wanted.tags, live)
        if put:
            aws.iam.tag_role(RoleName=name, Tags=tag_list(put))
        if gone:
            aws.iam.untag_role(RoleName=name, TagKeys=gone)

    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        if unless_missing(lambda: aws.iam.get_role(RoleName=name), _GONE) is None:
            return
        for policy in _inline(aws, name, set()):
            aws.iam.delete_role_policy(RoleName=name, PolicyName=policy)
        for arn in _attached(aws, name):
            aws.iam.detach_role_policy(RoleName=name, PolicyArn=arn)
        aws.iam.delete_role(RoleName=name)

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        del owner
        own = list(ownership.own(role_tags(aws, name)))
        if own:
            aws.iam.untag_role(RoleName=name, TagKeys=own)


def _grant(aws: Aws, wanted: Wanted, live: Mapping[str, Any]) -> None:
    """Inline and attached policies: first what is added, so that nothing is missing in between."""
    name, policies = wanted.name, wanted.properties["Policies"]
    for policy, document in policies.items():
        if document != live["Policies"].get(policy):
            aws.iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    arns = wanted.properties["ManagedPolicyArns"]
    for arn in arns:
        if arn not in live["ManagedPolicyArns"]:
            aws.iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    for policy in live["Policies"]:
        if policy not in policies:
            aws.iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for arn in live["ManagedPolicyArns"]:
        if arn not in arns:
            aws.iam.detach_role_policy(RoleName=name, PolicyArn=arn)


def _bound(aws: Aws, name: str, wanted: str | None, live: str | None) -> None:
    if wanted == live:
        return
    if wanted is None:
        aws.iam.delete_role_permissions_boundary(RoleName=name)
    else:
        aws.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=wanted)


def _inline(aws: Aws, name: str, without: set[str]) -> list[str]:
    found = pages(aws.iam, "list_role_policies", "PolicyNames", RoleName=name)
    return [policy for policy in found if policy not in without]


def _attached(aws: Aws, name: str) -> list[str]:
    found = pages(aws.iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    return [policy["PolicyArn"] for policy in found]
