"""What a request demands of the object it is about, before anything is done."""

from collections.abc import Mapping
from typing import Any

from millrace.buckets import faults
from millrace.buckets.record import Record
from millrace.core.errors import AwsError

# Conditions that only directory buckets have.
_OF_DIRECTORIES = {
    ("IfMatchLastModifiedTime", "LastModifiedTime"): "x-amz-if-match-last-modified-time",
    ("IfMatchSize", "Size"): "x-amz-if-match-size",
}


def check_read(record: Record, params: Mapping[str, Any], now: float, front: str = "") -> None:
    """Return if an object may be read so. `front` is CopySource for the conditions on what is copied.

    Raises PreconditionFailed, or NotModified (for a copy PreconditionFailed, too). As RFC 7232 has it, an ETag
    that fits says more than a date that does not, and dates that are still to come say nothing.
    """
    match, none_match = params.get(f"{front}IfMatch"), params.get(f"{front}IfNoneMatch")
    since, unless = params.get(f"{front}IfModifiedSince"), params.get(f"{front}IfUnmodifiedSince")
    if match is not None and not _fits(match, record):
        raise faults.precondition_failed(_name("If-Match", front))
    if unless is not None and match is None and record.modified > unless and unless <= now:
        raise faults.precondition_failed(_name("If-Unmodified-Since", front))
    if none_match is not None and _fits(none_match, record):
        raise _unchanged("If-None-Match", front)
    if since is not None and none_match is None and record.modified <= since <= now:
        raise _unchanged("If-Modified-Since", front)


def check_write(before: Record | None, key: str, params: Mapping[str, Any]) -> None:
    """Return if an object may be put in place of this one. Raises PreconditionFailed, NoSuchKey."""
    match, none_match = params.get("IfMatch"), params.get("IfNoneMatch")
    if match is not None and none_match is not None:
        raise faults.header_not_implemented(
            "If-Match,If-None-Match", "Multiple conditional request headers present in the request"
        )
    if none_match is not None and none_match != "*":
        raise _not_accepted("If-None-Match")
    if match == "*":
        raise _not_accepted("If-Match")
    if none_match is not None and before is not None:
        raise faults.precondition_failed("If-None-Match")
    if match is not None:
        _check_match(before, key, match)


def check_completion(before: Record | None, key: str, begun: float, params: Mapping[str, Any]) -> None:
    """The same for an upload that was begun then. Raises ConditionalRequestConflict, too."""
    check_write(before, key, params)
    if params.get("IfMatch") is not None and before is not None and before.put > begun:
        raise faults.conflict("If-Match", key)


def check_deletion(before: Record | None, key: str, params: Mapping[str, Any]) -> None:
    """Return if an object may be deleted. Raises NotImplemented, PreconditionFailed, NoSuchKey.

    In DeleteObjects the conditions go by other names than in DeleteObject.
    """
    for names, header in _OF_DIRECTORIES.items():
        if any(params.get(name) is not None for name in names):
            raise faults.header_not_implemented(header)
    match = params.get("IfMatch", params.get("ETag"))
    if match is not None:
        _check_match(before, key, match)


def _check_match(before: Record | None, key: str, match: str) -> None:
    if before is None:
        raise faults.no_such_key(key)
    if not _fits(match, before):
        raise faults.precondition_failed("If-Match")


def _not_accepted(name: str) -> AwsError:
    return faults.header_not_implemented(
        name, f"We don't accept the provided value of {name} header for this API"
    )


def _fits(tags: str, record: Record) -> bool:
    given = {tag.strip().removeprefix("W/").strip('"') for tag in tags.split(",")}
    return "*" in given or record.etag in given


def _unchanged(name: str, front: str) -> AwsError:
    return faults.precondition_failed(_name(name, front)) if front else faults.not_modified()


def _name(name: str, front: str) -> str:
    return f"x-amz-copy-source-{name}" if front else name
