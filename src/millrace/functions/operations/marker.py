"""Where a list goes on: the last name of a page, in a form that nobody takes for one."""

import base64
import binascii

from millrace.functions.names import invalid


def marker(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def read_marker(text: str | None) -> str | None:
    """Raises InvalidParameterValueException for what `marker` did not make."""
    if not text:
        return None
    try:
        return base64.urlsafe_b64decode(text.encode()).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid marker") from error
