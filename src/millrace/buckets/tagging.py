"""Tags of buckets and objects, and what may be one."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus

from millrace.buckets import faults
from millrace.core import limits
from millrace.core.errors import AwsError

_TEXT = re.compile(r"[\w\s+\-=._:/@]*")

TagSet = Sequence[Mapping[str, str]]


def of_objects(tags: TagSet) -> dict[str, str]:
    """The tags of an object as a map. Raises BadRequest, InvalidTag."""
    if len(tags) > limits.object_tags_max:
        raise AwsError(
            "BadRequest", f"Object tags cannot be greater than {limits.object_tags_max}", status=400
        )
    return _checked(tags, "Your TagKey cannot be prefixed with aws:")


def of_buckets(
    tags: TagSet, reserved: str = "System tags cannot be added/updated by requester"
) -> dict[str, str]:
    """The tags of a bucket as a map. Raises BadRequest, InvalidTag; `reserved` says what AWS's own keys are."""
    if len(tags) > limits.bucket_tags_max:
        raise AwsError(
            "BadRequest", f"Bucket tag count cannot be greater than {limits.bucket_tags_max}", status=400
        )
    return _checked(tags, reserved)


def of_header(text: str | None) -> dict[str, str]:
    """What `x-amz-tagging` says: a query. Raises InvalidArgument, and as above."""
    if not text:
        return {}
    parts = [part.partition("=") for part in text.split("&") if part]
    found = {unquote_plus(key): unquote_plus(value) for key, _, value in parts}
    if len(found) < len(parts) or any("=" in value for _, _, value in parts):
        raise faults.invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
            "tag name duplicates.",
            "x-amz-tagging",
            text,
        )
    return of_objects([{"Key": key, "Value": value} for key, value in found.items()])


def shown(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _checked(tags: TagSet, reserved: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in tags:
        key, value = tag["Key"], tag["Value"]
        if not 1 <= len(key) <= limits.tag_key_characters_max or not _TEXT.fullmatch(key):
            raise _invalid("The TagKey you have provided is invalid", key)
        if len(value) > limits.tag_value_characters_max or not _TEXT.fullmatch(value):
            raise _invalid("The TagValue you have provided is invalid", key, value)
        if key.startswith("aws:"):
            raise _invalid(reserved, key)
        if key in found:
            raise _invalid("Cannot provide multiple Tags with the same key", key)
        found[key] = value
    return found


def _invalid(sentence: str, key: str, value: str | None = None) -> AwsError:
    return AwsError("InvalidTag", sentence, status=400, members={"TagKey": key, "TagValue": value})
