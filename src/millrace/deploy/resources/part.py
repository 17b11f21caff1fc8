"""Kinds that are named by AWS, and kinds that are parts of another resource."""

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy.aws import Aws
from millrace.deploy.resources import function_part
from millrace.deploy.resources.kind import Kind, Owned, Situation


class Unnamed(Kind):
    """What AWS gives a name when it is made: a stack's resource of that kind is always the wanted one."""

    def identify(self, stack: str, logical_id: str, properties: Mapping[str, Any]) -> str:
        del stack, logical_id, properties
        return ""

    def same(self, name: str, wanted: str) -> bool:
        del name, wanted
        return True


class Part(Kind):
    """What has no tags of its own: those of what it is a part of tell whose it is."""

    def owned(self, aws: Aws) -> Iterator[Owned]:
        """None: the kind of what it is a part of tells of its parts as well."""
        del aws
        return iter(())


class FunctionPart(Part):
    """What is a part of a function, see `Function.owned`."""

    def release(self, aws: Aws, name: str, owner: tuple[str, str]) -> None:
        function_part.release(aws, name, owner)


class QualifiedPart(FunctionPart):
    """What is a part of a function or, if it has a `Qualifier`, of a version or an alias."""

    def normal(self, properties: Mapping[str, Any], name: str, situation: Situation) -> dict[str, Any]:
        found = super().normal(properties, name, situation)
        del found["Qualifier"]  # it is in the name
        return found
