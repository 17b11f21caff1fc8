"""The tokens that lists go on with: opaque to clients, a key of ours inside. Pure."""

import base64
import binascii

from millrace.core.errors import AwsError
from millrace.logs.names import invalid_parameter


def encode_token(key: bytes) -> str:
    return base64.urlsafe_b64encode(b"1" + key).decode()


def decode_token(token: str | None) -> bytes:
    """The key in a token; empty without one. Raises InvalidParameterException."""
    if token is None:
        return b""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise invalid_token() from None
    if raw[:1] != b"1":
        raise invalid_token()
    return raw[1:]


def decode_name_token(token: str | None) -> str:
    """The name in a token; empty without one."""
    try:
        return decode_token(token).decode()
    except UnicodeDecodeError:
        raise invalid_token() from None


def invalid_token() -> AwsError:
    return invalid_parameter("The specified nextToken is invalid.")
