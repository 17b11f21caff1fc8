"""What AWS asks of a policy document before it keeps it on a role, a user or as a managed policy. Pure.

`policy.parse` compiles whatever was ever kept; what is checked only here may have been kept before it was checked.
AWS looks for one kind of mistake in the whole document, then for the next: the order is part of what clients see.
The sentences are those of AWS, as recorded in the tests of https://github.com/getmoto/moto.
"""

import re
from collections.abc import Iterable
from typing import Any

import orjson

from millrace.iam.conditions import UnreadableValueError, compile_conditions
from millrace.iam.documents import as_list, is_object
from millrace.iam.policy import (
    DOCUMENT_MEMBERS,
    STATEMENT_MEMBERS,
    SYNTAX,
    VERSIONS,
    check_sids,
    malformed,
    parse,
)

_LEGACY = "The policy failed legacy parsing"
_PARTITION = re.compile(r"aws(-[a-z]+)*", re.ASCII)
_VENDOR = re.compile(r"[A-Za-z0-9\-.]+", re.ASCII)
_ACTIONS, _RESOURCES = ("Action", "NotAction"), ("Resource", "NotResource")
_IAM_PATHS = (
    "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
    "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
)  # fmt: skip


def check_document(text: str, *, managed: bool) -> None:
    """Raises MalformedPolicyDocument. Only a managed policy must say that it is of 2012-10-17."""
    statements = _structure(text, managed=managed)
    if not all(_readable(statement) for statement in statements):
        raise malformed(_LEGACY)
    check_sids(statements)
    _check_present(statements, _ACTIONS, "actions")
    for statement in statements:
        _check_vendors(statement)
    _check_present(statements, _RESOURCES, "resources")
    for resource in _resources(statements):
        _check_resource(resource)
    parse(text)


def _structure(text: str, *, managed: bool) -> list[dict[str, Any]]:
    """The statements of a document that has the form of one."""
    try:
        raw: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise malformed(SYNTAX) from None
    if not is_object(raw) or not raw.keys() <= DOCUMENT_MEMBERS or not isinstance(raw.get("Id", ""), str):
        raise malformed(SYNTAX)
    statements = as_list(raw.get("Statement"))
    if raw.get("Version", VERSIONS[0]) not in VERSIONS or not statements:
        raise malformed(SYNTAX)
    if not all(is_object(statement) and _well_formed(statement) for statement in statements):
        raise malformed(SYNTAX)
    if managed and raw.get("Version") != "2012-10-17":
        raise malformed("Policy document must be version 2012-10-17 or greater.")
    return statements


def _well_formed(statement: dict[str, Any]) -> bool:
    effect, condition = statement.get("Effect"), statement.get("Condition", {})
    if not (statement.keys() <= STATEMENT_MEMBERS and isinstance(effect, str) and is_object(condition)):
        return False
    for name, negated in (_ACTIONS, _RESOURCES):
        if name in statement and negated in statement:
            return False
        if not all(isinstance(each, str) for each in (*_texts(statement, name), *_texts(statement, negated))):
            return False
    try:
        compile_conditions(condition, variables=False)
    except UnreadableValueError:
        pass  # a mistake of a later kind
    except (ValueError, OverflowError):
        return False
    return effect.lower() in ("allow", "deny") and isinstance(statement.get("Sid", ""), str)


def _readable(statement: dict[str, Any]) -> bool:
    """Whether AWS's older parser reads it too."""
    try:
        compile_conditions(statement.get("Condition", {}), variables=False)
    except ValueError:
        return False
    return statement["Effect"] in ("Allow", "Deny") and all(map(_whole, _resources([statement])))


def _whole(resource: str) -> bool:
    """Whether an ARN of a known partition has all its parts; what is none is another mistake."""
    parts = resource.split(":", 5)
    if len(parts) < 3 or not _PARTITION.fullmatch(parts[1]):  # arn:partition:vendor
        return True
    wild = any(mark in resource for mark in "*?$")
    return bool(parts[2]) and (
        len(parts) in (3, 6) or wild
    )  # an ARN has six parts; a vendor alone is let pass


def _check_present(statements: list[dict[str, Any]], names: tuple[str, str], what: str) -> None:
    if not all(any(_texts(statement, name) for name in names) for statement in statements):
        raise malformed(f"Policy statement must contain {what}.")


def _check_vendors(statement: dict[str, Any]) -> None:
    for action in (text for name in _ACTIONS for text in _texts(statement, name)):
        vendor, colon, _ = action.partition(":")
        if colon and vendor and not _VENDOR.fullmatch(vendor):
            raise malformed(f"Vendor {vendor} is not valid")
        if action != "*" and not (colon and vendor):
            raise malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")


def _check_resource(resource: str) -> None:
    first, colon, rest = resource.partition(":")
    if resource == "*" or "$" in resource:
        return
    if not colon:
        raise malformed(f'Resource {resource} must be in ARN format or "*".')
    partition, _, behind = rest.partition(":")
    if first != "*" and not _PARTITION.fullmatch(partition) and not set("*?") & set(partition):
        parts = behind.split(":", 3)
        shown = ":".join([*(parts if behind else "*"), *"*" * (4 - len(parts))])
        raise malformed(f'Partition "{partition}" is not valid for resource "arn:{partition}:{shown}".')
    if not behind:
        raise malformed("Resource vendor must be fully qualified and cannot contain regexes.")
    vendor, _, place = behind.partition(":")
    region, _, place = place.partition(":")
    account, _, path = place.partition(":")
    _check_place(resource, vendor, region if vendor == "iam" or not account else "", path)


def _check_place(resource: str, vendor: str, region: str, path: str) -> None:
    """Where IAM's and S3's resources may be: in no region, and IAM's under a word of its own."""
    if vendor == "iam" and region not in ("", "*"):
        raise malformed(f"IAM resource {resource} cannot contain region information.")
    if vendor == "s3" and region not in ("", "*"):
        raise malformed(f"Resource {resource} can not contain region information.")
    literal = not set("*?") & set(path.partition("/")[0])
    if vendor == "iam" and literal and not path.startswith((*_IAM_PATHS, "root")):
        words = ", ".join(_IAM_PATHS)
        raise malformed(f'IAM resource path must either be "*" or start with {words}.')


def _texts(statement: dict[str, Any], name: str) -> list[Any]:
    return as_list(statement.get(name, []))


def _resources(statements: Iterable[dict[str, Any]]) -> Iterable[str]:
    for statement in statements:
        yield from _texts(statement, "Resource")
        yield from _texts(statement, "NotResource")
