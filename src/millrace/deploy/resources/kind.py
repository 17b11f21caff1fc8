"""What a family of resources can do: the one interface the deployment works with."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, ClassVar

from millrace.deploy.aws import Aws
from millrace.deploy.intrinsics import Unknown
from millrace.deploy.ownership import physical_name
from millrace.deploy.packages import Packages
from millrace.deploy.plan import Change
from millrace.deploy.shapes import Finding, Record


@dataclass(frozen=True, slots=True)
class Wanted:
    """A resource as the template wants it: properties in their one way to be written, millrace's tags apart.

    `name` is its physical name; for what has no name of its own (mappings), its id once it has one, or "".
    """

    stack: str
    logical_id: str
    name: str
    properties: dict[str, Any]
    own_tags: dict[str, str]
    deletion_policy: str

    @property
    def tags(self) -> dict[str, str]:
        """All tags it shall have."""
        return {**self.properties.get("Tags", {}), **self.own_tags}


@dataclass(frozen=True, slots=True)
class Live:
    """A resource as it is. `own_tags`: millrace's about it; `attributes`: what Ref and Fn::GetAtt give."""

    name: str
    properties: dict[str, Any]
    attributes: Mapping[str, Any]
    own_tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Owned:
    """A resource that tags say belongs to a stack. `name` is what `Kind.read` takes."""

    stack: str
    logical_id: str
    type: str
    name: str
    deletion_policy: str = "Delete"


def _silent(words: str) -> None:
    del words


@dataclass(frozen=True, slots=True)
class Situation:
    """What the template's folder gives: packages, and the bytes of those that are wanted, by their hash.

    `note` hears of what takes long, in words.
    """

    packages: Packages
    codes: dict[str, bytes] = field(default_factory=dict[str, bytes])
    note: Callable[[str], None] = _silent


class Kind(ABC):
    """One type of resources.

    `name_property`: the property that names it, "" if none does; `name_max`: characters of a name that millrace
    gives; `fixed`: the properties that cannot change, so that another resource has to take the place;
    `attributes`: what Fn::GetAtt gives; `holds_data`: whether deleting it deletes what no template brings back.
    """

    type: ClassVar[str]
    shape: ClassVar[Record]
    name_property: ClassVar[str] = ""
    name_max: ClassVar[int] = 64
    fixed: ClassVar[AbstractSet[str]] = frozenset()
    attributes: ClassVar[AbstractSet[str]] = frozenset()
    holds_data: ClassVar[bool] = False

    def problems(self, properties: Mapping[str, Any], situation: Situation) -> Iterator[Finding]:
        """What cannot be in a template's properties."""
        del situation
        return self.shape.problems(properties, "")

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        """The name it has, or is to get: the same on every deploy. "" if AWS gives it one."""
        given = properties.get(self.name_property) if self.name_property else None
        return str(given) if given else physical_name(stack, logical_id, self.name_max)

    def same(self, name: str, wanted: str) -> bool:
        """Whether the resource of the stack with this name is the wanted one, or one that is to take its place."""
        return name == wanted

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        """The properties in their one way to be written, without the name."""
        del name, situation
        found: dict[str, Any] = self.shape.normal(properties)
        return {name: value for name, value in found.items() if name != self.name_property}

    def candidate(self, aws: Aws, wanted: Wanted) -> str:
        """The name under which it may be there already, although no tag says whose it is; "" if none."""
        del aws
        return wanted.name

    @abstractmethod
    def owned(self, aws: Aws) -> Iterator[Owned]:
        """All that tags of resources of this kind say, about themselves and about their parts."""

    @abstractmethod
    def read(self, aws: Aws, name: str) -> Live | None:
        """How it is now; None if it is not there."""

    def seen(self, wanted: Wanted, live: Live) -> Live:
        """How it is, with what differs only in words, or need not change, as it is wanted."""
        del wanted
        return live

    def foreseen(self, aws: Aws, wanted: Wanted) -> dict[str, Any]:
        """What Ref and Fn::GetAtt will give, as far as that can be told before it is made."""
        del aws
        unknown = {name: Unknown(f"{wanted.logical_id}.{name}") for name in self.attributes}
        return {"Ref": wanted.name or Unknown(wanted.logical_id), **unknown}

    def is_other(self, changes: Iterable[Change]) -> bool:
        """Whether only another resource can be what is wanted."""
        return any(change.property in self.fixed for change in changes)

    def altered(self, changed: AbstractSet[str]) -> AbstractSet[str]:
        """The attributes that a change of these properties may change."""
        del changed
        return frozenset()

    @abstractmethod
    def create(self, aws: Aws, wanted: Wanted, situation: Situation) -> str:
        """Make it, tagged, and return its name once it can be used."""

    @abstractmethod
    def update(self, aws: Aws, wanted: Wanted, live: Live, situation: Situation) -> None:
        """Make it what is wanted; return once that can be used. Its tags included."""

    def is_empty(self, aws: Aws, name: str) -> bool:
        """Whether there is no data in it, although it could hold some: then it may be deleted untold."""
        del aws, name
        return False

    def empty(self, aws: Aws, name: str) -> None:
        """Take the data out of it that keeps AWS from deleting it; asked for only where data may be deleted."""
        del aws, name

    @abstractmethod
    def delete(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        """Delete it, and what says that it is `owner`'s (stack and logical id). What is gone is no error."""

    @abstractmethod
    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        """Take away what says that it is `owner`'s."""


def tag_changes(wanted: Mapping[str, str], live: Live) -> tuple[dict[str, str], list[str]]:
    """The tags to set, and the keys to remove. Tags of parts stay as they are."""
    has: dict[str, str] = {**live.properties.get("Tags", {}), **live.own_tags}
    put = {key: value for key, value in wanted.items() if has.get(key) != value}
    return put, [key for key in has if key not in wanted]
