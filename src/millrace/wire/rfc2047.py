"""Values of headers that are no ASCII, in the form of mail: https://www.rfc-editor.org/rfc/rfc2047.

S3 reads metadata so, and tells it so: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html.
"""

import base64
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header

_PLAIN = frozenset(map(chr, (9, *range(0x20, 0x7F))))
# What stands for itself in the quoted form, in which a space is an underscore.
_QUOTED = {byte: chr(byte) for byte in (9, *range(0x21, 0x7F)) if chr(byte) not in "_=?"} | {0x20: "_"}


def decode(text: str) -> str:
    """What a value says. One that cannot be decoded says what it is."""
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii") for part, charset in parts
        )
    except (HeaderParseError, LookupError, ValueError):
        return text


def encode(text: str) -> str:
    """A value as a header may hold it."""
    if _PLAIN.issuperset(text):
        return text
    data = text.encode()
    if "\ufffd" in text or any(unicodedata.category(character).startswith("C") for character in text):
        return f"=?UTF-8?B?{base64.b64encode(data).decode()}?="
    return f"=?UTF-8?Q?{''.join(_QUOTED.get(byte) or f'={byte:02X}' for byte in data)}?="
