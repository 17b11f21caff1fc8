"""IAM's lists in pages: `Marker`, `MaxItems`, `IsTruncated`."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

from millrace.core import limits
from millrace.core.context import Params
from millrace.core.errors import AwsError
from millrace.iam.registry import validation_error

T = TypeVar("T")
DUPLICATE_TAGS = "Duplicate tag keys found. Please note that Tag keys are case insensitive."


def after(params: Params) -> str:
    """The name behind which this page begins; empty for the first."""
    marker = params.get("Marker")
    if marker is None:
        return ""
    try:
        return base64.urlsafe_b64decode(str(marker).encode("ascii")).decode()
    except (binascii.Error, ValueError):
        raise validation_error("Invalid Marker.") from None


def page(
    member: str, found: Iterable[T], params: Params, name: Callable[[T], str], show: Callable[[T], Any]
) -> dict[str, Any]:
    """The answer of a list operation: what `found` (which begins `after`) holds, shown, up to MaxItems."""
    size = int(params.get("MaxItems") or limits.iam_page_items_default)
    items = list(islice(found, size + 1))
    shown = items[:size]
    answer: dict[str, Any] = {member: [show(item) for item in shown], "IsTruncated": len(items) > size}
    if len(items) > size:
        answer["Marker"] = base64.urlsafe_b64encode(name(shown[-1]).encode()).decode()
    return answer


def page_of_names(
    member: str, names: Iterable[str], params: Params, show: Callable[[str], Any] = str
) -> dict[str, Any]:
    """Like `page`, of all names, in their order."""
    start = after(params)
    return page(member, (each for each in sorted(names) if each > start), params, str, show)


def tags_of(params: Params) -> dict[str, str]:
    """The tags of a request. Raises InvalidInput for two whose keys differ in nothing but case."""
    tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()}
    if len({key.lower() for key in tags}) < len(params.get("Tags") or ()):
        raise AwsError("InvalidInput", DUPLICATE_TAGS, status=400)
    return tags


def show_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def show_some_tags(tags: Mapping[str, str]) -> list[dict[str, str]] | None:
    """None, which leaves the member out, when there are none."""
    return show_tags(tags) or None
