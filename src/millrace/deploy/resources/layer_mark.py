"""Whose a layer's version is. AWS gives layers no tags: a statement of the version's own policy says it.

The statement lets the account itself do what it may do anyway; its id is the mark. A permission that is a resource
of its own is such a statement, too, and its id says whose it is.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from millrace.deploy.aws import Aws, unless_missing
from millrace.deploy.problem import DeployError

_GONE = "ResourceNotFoundException"
_SID = re.compile(r"millrace_(layer|permission)_([A-Za-z0-9-]+)_([A-Za-z0-9]+)_([A-Za-z]+)")
_SID_CHARACTERS_MAX = 100
LAYER, PERMISSION = "layer", "permission"


@dataclass(frozen=True, slots=True)
class Mark:
    """What such an id says. `kind`: LAYER or PERMISSION."""

    kind: str
    stack: str
    logical_id: str
    deletion_policy: str

    @property
    def sid(self) -> str:
        """The statement's id. Raises DeployError if AWS takes none of this length."""
        told = f"millrace_{self.kind}_{self.stack}_{self.logical_id}_{self.deletion_policy}"
        if len(told) > _SID_CHARACTERS_MAX:
            raise DeployError(
                f"{told} is longer than the {_SID_CHARACTERS_MAX} characters by which a layer's version can be told"
                " whose it is; a shorter name of the stack helps"
            )
        return told


def place_of(name: str) -> dict[str, Any]:
    """A version as operations want to be told. `name`: the layer's, a colon, the number."""
    layer, _, number = name.partition(":")
    return {"LayerName": layer, "VersionNumber": int(number)}


def name_of(reference: str) -> str:
    """The name, a colon, the number; from a version's ARN."""
    return ":".join(reference.split(":")[-2:])


def statements(aws: Aws, name: str) -> list[dict[str, Any]]:
    """The statements of a version's policy."""
    answer = unless_missing(lambda: aws.lambda_.get_layer_version_policy(**place_of(name)), _GONE)
    return [] if answer is None else json.loads(answer["Policy"])["Statement"]


def marks(found: list[dict[str, Any]]) -> Iterator[Mark]:
    """What the ids of statements say."""
    for statement in found:
        match = _SID.fullmatch(str(statement.get("Sid")))
        if match is not None:
            yield Mark(*match.groups())


def set_mark(aws: Aws, name: str, mark: Mark) -> None:
    """Let the version say whose it is."""
    aws.lambda_.add_layer_version_permission(
        **place_of(name),
        StatementId=mark.sid,
        Action="lambda:GetLayerVersion",
        Principal=aws.scope.account,
    )


def drop(aws: Aws, name: str, sid: str) -> None:
    """Take a statement away, if it is there."""
    unless_missing(
        lambda: aws.lambda_.remove_layer_version_permission(**place_of(name), StatementId=sid), _GONE
    )
