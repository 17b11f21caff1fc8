"""What IAM keeps: roles, users, managed policies and keys, each as one row of bytes. No I/O.

A row is decoded once per content (the bytes are the cache's key), so the database stays the only truth
and reading it again costs a look-up. Nothing here is ever changed in place: `dataclasses.replace`, then put.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from millrace.core.context import Principal


@dataclass(frozen=True)
class Holder:
    """What carries policies: a role or a user. `inline` is documents by name, `attached` ARNs."""

    name: str
    path: str
    id: str
    arn: str
    created: float
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    inline: Mapping[str, str] = field(default_factory=dict[str, str])
    attached: tuple[str, ...] = ()
    boundary: str | None = None


@dataclass(frozen=True)
class Role(Holder):
    trust: str = ""
    description: str | None = None
    session_seconds_max: int = 3600


@dataclass(frozen=True)
class User(Holder):
    pass


@dataclass(frozen=True)
class Version:
    document: str
    created: float


@dataclass(frozen=True)
class ManagedPolicy:
    """A customer's managed policy. `versions` are by id (`v1`), `count` is the highest number ever given."""

    name: str
    path: str
    id: str
    arn: str
    created: float
    updated: float
    default: str
    count: int
    versions: Mapping[str, Version]
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def document(self) -> str:
        return self.versions[self.default].document


@dataclass(frozen=True)
class Key:
    """A secret and whom it speaks for. Sessions have a `token`, an end, and may have policies that narrow them.

    `tags` are those of the session; those named in `transitive` go on to the sessions of roles that it assumes.
    """

    secret: str
    principal: Principal
    created: float
    active: bool = True
    token: str | None = None
    expires: float | None = None
    policies: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    transitive: tuple[str, ...] = ()


def encode(entity: Holder | ManagedPolicy | Key) -> bytes:
    return orjson.dumps(entity)


@lru_cache(maxsize=4096)
def decode_role(raw: bytes) -> Role:
    return Role(**_holder(raw))


@lru_cache(maxsize=1024)
def decode_user(raw: bytes) -> User:
    return User(**_holder(raw))


@lru_cache(maxsize=4096)
def decode_policy(raw: bytes) -> ManagedPolicy:
    members = orjson.loads(raw)
    members["versions"] = {id_: Version(**version) for id_, version in members["versions"].items()}
    return ManagedPolicy(**members)


@lru_cache(maxsize=8192)
def decode_key(raw: bytes) -> Key:
    members = orjson.loads(raw)
    members["principal"] = Principal(**members["principal"])
    members["policies"] = tuple(members["policies"])
    members["transitive"] = tuple(members.get("transitive", ()))
    return Key(**members)


def _holder(raw: bytes) -> dict[str, Any]:
    members = orjson.loads(raw)
    members["attached"] = tuple(members["attached"])
    return members
