"""Where IAM's rows lie, and the errors for what is not there or there already. Inside transactions only.

Names are told apart without regard to case, as AWS does, and found only by their exact spelling.
"""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import orjson

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.iam.aws_managed import aws_policies
from millrace.iam.entities import (
    Holder,
    Key,
    ManagedPolicy,
    decode_key,
    decode_policy,
    decode_role,
    decode_user,
    encode,
)
from millrace.storage.interface import Reader, Writer

T = TypeVar("T", bound=Holder | ManagedPolicy)
KEYS = "iam/keys"
SESSIONS = "iam/sessions"  # the keys of sessions in the order of their end


def no_such_entity(message: str) -> AwsError:
    return AwsError("NoSuchEntity", message, status=404)


def already_exists(message: str) -> AwsError:
    return AwsError("EntityAlreadyExists", message, status=409)


def delete_conflict(message: str) -> AwsError:
    return AwsError("DeleteConflict", f"Cannot delete entity, {message}", status=409)


def limit_exceeded(message: str) -> AwsError:
    return AwsError("LimitExceeded", message, status=409)


def validation_error(message: str) -> AwsError:
    return AwsError("ValidationError", message, status=400)


class Shelf(Generic[T]):
    """All entities of one kind of an account, by name."""

    def __init__(self, noun: str, decode: Callable[[bytes], T]) -> None:
        self.noun = noun
        self._decode = decode

    def find(self, reader: Reader, account: str, name: str) -> T | None:
        raw = reader.get(self._space(account), _name_key(name))
        if raw is None:
            return None
        entity = self._decode(raw)
        return entity if entity.name == name else None

    def get(self, reader: Reader, account: str, name: str) -> T:
        entity = self.find(reader, account, name)
        if entity is None:
            raise no_such_entity(f"The {self.noun} with name {name} cannot be found.")
        return entity

    def all(self, reader: Reader, account: str, *, after: str = "") -> Iterator[T]:
        """In the order of their names, beginning after one."""
        low = _name_key(after) + b"\0" if after else b""
        for _, raw in reader.range(self._space(account), low):
            yield self._decode(raw)

    def add(self, writer: Writer, account: str, entity: T) -> None:
        if writer.get(self._space(account), _name_key(entity.name)) is not None:
            if self.noun == "policy":
                raise already_exists(
                    f"A policy called {entity.name} already exists. Duplicate names are not allowed."
                )
            raise already_exists(f"{self.noun.capitalize()} with name {entity.name} already exists.")
        self.put(writer, account, entity)

    def put(self, writer: Writer, account: str, entity: T) -> None:
        writer.put(self._space(account), _name_key(entity.name), encode(entity))
        changed(writer, account, self.noun, entity.name)

    def remove(self, writer: Writer, account: str, name: str) -> None:
        writer.delete(self._space(account), _name_key(name))
        changed(writer, account, self.noun, name)

    def _space(self, account: str) -> str:
        return f"iam/{account}/{self.noun}"


ROLES = Shelf("role", decode_role)
USERS = Shelf("user", decode_user)
POLICIES = Shelf("policy", decode_policy)


def changes_journal(account: str) -> str:
    """The journal that tells other rooms and nodes what changed: {"kind", "name"}."""
    return f"iam/{account}/changes"


def changed(writer: Writer, account: str, kind: str, name: str) -> None:
    journal = changes_journal(account)
    number = writer.append(journal, orjson.dumps({"kind": kind, "name": name}))
    writer.trim(journal, number - limits.iam_changes_kept)


def find_document(reader: Reader, account: str, arn: str) -> str | None:
    """The document in force of a managed policy, AWS's or the account's own."""
    ready_made = aws_policies().get(arn)
    if ready_made is not None:
        return ready_made.document
    policy = find_policy(reader, account, arn)
    return policy.document if policy is not None else None


def find_policy(reader: Reader, account: str, arn: str) -> ManagedPolicy | None:
    policy = POLICIES.find(reader, account, arn.rpartition("/")[2])
    return policy if policy is not None and policy.arn == arn else None


def find_key(reader: Reader, access_key: str) -> Key | None:
    raw = reader.get(KEYS, access_key.encode(errors="replace"))
    return None if raw is None else decode_key(raw)


def _name_key(name: str) -> bytes:
    return name.lower().encode(errors="replace")
