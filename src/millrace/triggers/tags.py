"""Tags of event source mappings. Lambda's tag operations serve functions too: the ARN tells whose they are."""

from collections.abc import Mapping
from dataclasses import replace

from millrace.core import arn as arns
from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.functions.names import invalid, not_found
from millrace.functions.operations.settings import check_tags
from millrace.storage.interface import Reader, Writer
from millrace.triggers import catalog
from millrace.triggers.catalog import Mapping as Row
from millrace.triggers.supervisor import Supervisor

_KIND = "event-source-mapping:"
_RESERVED = "aws:"


def is_mapping(resource: str) -> bool:
    """Whether this is the ARN of a mapping, whether or not there is one."""
    try:
        return arns.parse(resource).resource.startswith(_KIND)
    except ValueError:
        return False


def check(tags: Mapping[str, str]) -> None:
    """Raises InvalidParameterValueException for tags that cannot be set.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html
    """
    check_tags(tags)
    for name, value in tags.items():
        if name.lower().startswith(_RESERVED):
            raise invalid(f"Invalid tag key {name}: keys that begin with {_RESERVED} are AWS's own.")
        if not 0 < len(name) <= limits.tag_key_characters_max:
            raise invalid(f"Invalid tag key: it must have 1 to {limits.tag_key_characters_max} characters.")
        if len(value) > limits.tag_value_characters_max:
            raise invalid(
                f"Invalid value of tag {name}: it must have at most {limits.tag_value_characters_max} "
                "characters."
            )


async def list_tags(supervisor: Supervisor, context: Context, params: Params) -> Output:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html"""
    resource: str = params["Resource"]
    mapping = await supervisor.storage.read(lambda reader: _existing(reader, context.scope, resource))
    return {"Tags": dict(mapping.tags)}


async def tag_resource(supervisor: Supervisor, context: Context, params: Params) -> Output:
    """https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html"""
    if not params["Tags"]:
        # Recorded of AWS, for functions.
        raise invalid("An error occurred and the request cannot be processed.")
    check(params["Tags"])
    return await _change(supervisor, context.scope, params["Resource"], params["Tags"], ())


async def untag_resource(supervisor: Supervisor, context: Context, params: Params) -> Output:
    """https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html"""
    return await _change(supervisor, context.scope, params["Resource"], {}, tuple(params["TagKeys"]))


async def _change(
    supervisor: Supervisor, scope: Scope, resource: str, added: Mapping[str, str], removed: tuple[str, ...]
) -> Output:
    def write(writer: Writer) -> None:
        mapping = _existing(writer, scope, resource)
        tags = {name: value for name, value in {**mapping.tags, **added}.items() if name not in removed}
        check_tags(tags)
        catalog.put(writer, replace(mapping, tags=tags))

    await supervisor.storage.write(write)
    return {}


def _existing(reader: Reader, scope: Scope, resource: str) -> Row:
    """Raises ResourceNotFoundException in the words recorded of AWS."""
    mapping = catalog.find(reader, scope, arns.parse(resource).resource.removeprefix(_KIND))
    if mapping is None or mapping.arn != resource:
        raise not_found(resource, prefix="Event source mapping not found: ")
    return mapping
