"""The tags of a function that name its parts: its URLs, permissions, versions and aliases.

A part is named by the function, a slash, and a name of its own. If it is an alias' or a version's part, the qualifier and
a colon stand before that.
"""

from millrace.deploy import ownership
from millrace.deploy.aws import Aws, unless_missing
from millrace.deploy.resources.kind import Wanted

_GONE = "ResourceNotFoundException"


def name_of(function: str, qualifier: str, part: str) -> str:
    return f"{function}/{qualifier}:{part}" if qualifier else f"{function}/{part}"


def place_of(name: str) -> tuple[dict[str, str], str]:
    """Whose part it is, as operations want to be told, and what it is called there."""
    function, part = name.split("/", 1)
    qualifier, _, own = part.rpartition(":")
    return (
        {"FunctionName": function, "Qualifier": qualifier} if qualifier else {"FunctionName": function}
    ), own


def own_tags(aws: Aws, kind: str, name: str) -> dict[str, str]:
    """What would be the part's own tags, if it could have any. `name`: the function's, a slash, the part's."""
    function, part = name.split("/", 1)
    tags: dict[str, str] | None = unless_missing(
        lambda: aws.lambda_.list_tags(Resource=_arn(aws, function))["Tags"], _GONE
    )
    for each in ownership.parts(tags or {}):
        if (each.type, each.name) == (kind, part):
            return ownership.own_tags(each.stack, each.logical_id, each.deletion_policy)
    return {}


def others(aws: Aws, kind: str, wanted: Wanted) -> bool:
    """Whether the function's tags say that the part is another resource's, of this stack or of another."""
    function, part = wanted.name.split("/", 1)
    tags: dict[str, str] = aws.lambda_.list_tags(Resource=_arn(aws, function))["Tags"]
    mine = (wanted.stack, wanted.logical_id)
    return any(
        (each.type, each.name) == (kind, part) and (each.stack, each.logical_id) != mine
        for each in ownership.parts(tags)
    )


def claim(aws: Aws, kind: str, wanted: Wanted) -> None:
    """Let the function's tags say that it is the stack's. Before it is made: what is there is then known."""
    function, part = wanted.name.split("/", 1)
    key = ownership.part_key(wanted.stack, wanted.logical_id)
    value = ownership.part_value(kind, part, wanted.deletion_policy)
    aws.lambda_.tag_resource(Resource=_arn(aws, function), Tags={key: value})


def release(aws: Aws, name: str, owner: tuple[str, str]) -> None:
    """Take the tag away."""
    arn, key = _arn(aws, name.split("/", maxsplit=1)[0]), ownership.part_key(*owner)
    unless_missing(lambda: aws.lambda_.untag_resource(Resource=arn, TagKeys=[key]), _GONE)


def _arn(aws: Aws, function: str) -> str:
    return aws.scope.arn("lambda", f"function:{function}")
