"""Why a payload is no JSON, in the words of the library that Lambda reads it with (Jackson), where those are known.

Recorded on AWS by LocalStack's test_lambda_invoke_payload_encoding_error; the rest is how Jackson's parser of bytes
goes on from there. It tells what is wrong with the first value and with the first name in an object, which is what
people get wrong: words without quotes, and names in single ones.
"""

from typing import NamedTuple

import orjson

_BLANK = b" \t\r\n"
_TOKENS = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_LITERALS = b"tfn"
_VALUES = b'{["-0123456789' + _LITERALS
_TOKEN_CHARACTERS_MAX = 256
_ASCII = 0x80
_BYTES_OF = (
    (0xC0, 0xE0, 2),
    (0xE0, 0xF0, 3),
    (0xF0, 0xF8, 4),
)  # lead bytes from, below, and of how many bytes


class Fault(NamedTuple):
    """What is wrong, and where: lines and columns count from 1."""

    sentence: str
    line: int
    column: int


def fault(payload: bytes, error: orjson.JSONDecodeError) -> Fault:
    """Why `payload` could not be read. `error` is what our own library says, for all that Jackson's words are unknown of."""
    at = _skip(payload, 0)
    if at < len(payload):
        first = payload[at]
        if first not in _VALUES or (first in _LITERALS and not _is_literal(payload, at)):
            return _no_value(payload, at)
        name = _skip(payload, at + 1)
        if payload[at : at + 1] == b"{" and name < len(payload) and payload[name] not in b'"}':
            said = f"Unexpected character ({_described(payload, name)}): was expecting double-quote to start field name"
            return _placed(payload, said, name)
    return Fault(error.msg, error.lineno, error.colno)


def _skip(payload: bytes, at: int) -> int:
    """The next place that is not blank; the end if there is none."""
    return len(payload) - len(payload[at:].lstrip(_BLANK))


def _is_literal(payload: bytes, at: int) -> bool:
    return any(payload.startswith(literal, at) for literal in (b"true", b"false", b"null"))


def _no_value(payload: bytes, at: int) -> Fault:
    first = chr(payload[at])
    if not (first.isalpha() or first in "_$"):
        said = f"Unexpected character ({_described(payload, at)}): expected a valid value {_TOKENS}"
        return _placed(payload, said, at)
    token, at = first, at + 1
    while at < len(payload):
        size = _size(payload[at])
        if size == 0:
            return _placed(payload, f"Invalid UTF-8 start byte 0x{payload[at]:x}", at + 1)
        character = payload[at : at + size].decode(errors="replace")
        at += size
        if not f"a{character}".isidentifier() and character != "$":
            break
        token += character
        if len(token) >= _TOKEN_CHARACTERS_MAX:
            token += "..."
            break
    return _placed(payload, f"Unrecognized token '{token}': was expecting {_TOKENS}", at)


def _size(lead: int) -> int:
    """How many bytes a character has that begins so; 0 for what begins none."""
    if lead < _ASCII:
        return 1
    return next((size for least, most, size in _BYTES_OF if least <= lead < most), 0)


def _described(payload: bytes, at: int) -> str:
    """A byte as Jackson shows a character."""
    code = payload[at]
    shown = chr(code)
    return f"'{shown}' (code {code})" if shown.isprintable() else f"(CTRL-CHAR, code {code})"


def _placed(payload: bytes, sentence: str, at: int) -> Fault:
    row = payload.rfind(b"\n", 0, at) + 1
    return Fault(sentence, payload.count(b"\n", 0, at) + 1, at - row + 1)
