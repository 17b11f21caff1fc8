"""Pages of Lambda's lists: how many entries, and where the next one begins."""

import base64
import binascii
import re

from millrace.core import limits
from millrace.core.context import Params
from millrace.functions.names import invalid

_NUMBER = re.compile(r"[0-9]{1,128}")


def size(params: Params) -> int:
    """Entries of a page: what MaxItems says, but never more than AWS gives."""
    return min(params.get("MaxItems") or limits.function_list_page_max, limits.function_list_page_max)


def marker(text: str) -> str:
    """NextMarker: the last entry that was given, wrapped so that nobody reads it."""
    return base64.urlsafe_b64encode(text.encode()).decode()


def after(params: Params) -> str | None:
    """What Marker was made of; None without one. Raises InvalidParameterValueException."""
    given = params.get("Marker")
    if not given:
        return None
    try:
        return base64.urlsafe_b64decode(given.encode()).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid marker") from error


def number_after(params: Params) -> int:
    """`after` where entries have numbers; -1 without a marker."""
    text = after(params)
    if text is None:
        return -1
    if not _NUMBER.fullmatch(text):
        raise invalid("Invalid marker")
    return int(text)
