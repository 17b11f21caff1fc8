"""Tags of buckets and objects, and what may be one."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

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
    return _checked(tags)


def of_buckets(tags: TagSet) -> dict[str, str]:
    """The tags of a bucket as a map. Raises BadRequest, InvalidTag."""
    if len(tags) > limits.bucket_tags_max:
        raise AwsError(
            "BadRequest", f"Bucket tag count cannot be greater than {limits.bucket_tags_max}", status=400
        )
    return _checked(tags)


def of_header(text: str | None) -> dict[str, str]:
    """What `x-amz-tagging` says: a query. Raises InvalidArgument, and as above."""
    if not text:
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise faults.invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
            "tag name duplicates.",
            "x-amz-tagging",
            text,
        ) from None
    return of_objects([{"Key": key, "Value": value} for key, value in pairs])


def shown(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _checked(tags: TagSet) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in tags:
        key, value = tag["Key"], tag["Value"]
        if not 1 <= len(key) <= limits.tag_key_characters_max or not _TEXT.fullmatch(key):
            raise _invalid("The TagKey you have provided is invalid", key)
        if len(value) > limits.tag_value_characters_max or not _TEXT.fullmatch(value):
            raise _invalid("The TagValue you have provided is invalid", key, value)
        if key.startswith("aws:"):
            raise _invalid("System tags cannot be added/updated by requester", key)
        if key in found:
            raise _invalid("Cannot provide multiple Tags with the same key", key)
        found[key] = value
    return found


def _invalid(sentence: str, key: str, value: str | None = None) -> AwsError:
    return AwsError("InvalidTag", sentence, status=400, members={"TagKey": key, "TagValue": value})
