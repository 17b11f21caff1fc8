"""Tags say which stack a resource belongs to. Pure.

A resource that AWS lets have tags carries its own. One that cannot have any (a function's URL, a permission, a
policy inside a role) is a part of one that can, its host: there a tag names it.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from millrace.deploy.shapes import TAG_PREFIX

STACK = f"{TAG_PREFIX}stack"
LOGICAL_ID = f"{TAG_PREFIX}logical-id"
DELETION_POLICY = f"{TAG_PREFIX}deletion-policy"
_PART = f"{TAG_PREFIX}part:"
# AWS: letters, digits and hyphens, 128 at most; it begins with a letter.
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_DIGEST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A resource that a tag of its host names."""

    stack: str
    logical_id: str
    type: str
    name: str
    deletion_policy: str


def own_tags(stack: str, logical_id: str, deletion_policy: str) -> dict[str, str]:
    """The tags that make a resource the stack's."""
    tags = {STACK: stack, LOGICAL_ID: logical_id}
    return tags if deletion_policy == "Delete" else {**tags, DELETION_POLICY: deletion_policy}


def part_key(stack: str, logical_id: str) -> str:
    """The key of the tag by which a host names one of its parts."""
    return f"{_PART}{stack}:{logical_id}"


def part_value(kind: str, name: str, deletion_policy: str) -> str:
    """The value of that tag."""
    return f"{kind} {deletion_policy} {name}"


def parts(tags: Mapping[str, str]) -> Iterator[Part]:
    """The parts that a host's tags name, of every stack."""
    for key, value in tags.items():
        if key.startswith(_PART) and value.count(" ") >= 2:
            stack, _, logical_id = key.removeprefix(_PART).rpartition(":")
            kind, policy, name = value.split(" ", 2)
            yield Part(stack, logical_id, kind, name, policy)


def own(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags about the resource itself that are millrace's."""
    return {key: value for key, value in tags.items() if key.startswith(TAG_PREFIX) and _PART not in key}


def other(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that are not millrace's."""
    return {key: value for key, value in tags.items() if not key.startswith(TAG_PREFIX)}


def is_stack_name(name: str) -> bool:
    """Whether AWS would take it as a stack's name."""
    return _STACK_NAME.fullmatch(name) is not None


def stack_name(folder: str) -> str:
    """A stack's name from a folder's: what AWS does not take becomes a hyphen."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", folder).strip("-")[:128]
    return name if is_stack_name(name) else f"stack-{name}".rstrip("-")


def physical_name(stack: str, logical_id: str, length_max: int) -> str:
    """A name for what the template does not name: the same on every deploy; a digest ends one that is cut."""
    name = f"{stack}-{logical_id}"
    if len(name) <= length_max:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_DIGITS]
    return f"{name[: length_max - _DIGEST_DIGITS - 1]}-{digest}"
