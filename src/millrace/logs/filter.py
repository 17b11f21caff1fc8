"""Filter patterns of FilterLogEvents: terms, phrases, exclusions, options, expressions, JSON, fields. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from millrace.core.errors import AwsError
from millrace.logs.field_filter import compile_fields
from millrace.logs.json_filter import compile_json, compile_regex

Matches = Callable[[str], bool]

_TERM = re.compile(r"""\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)+)%|([^\s"]+))""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Terms:
    """What must all be in a message, what must not, and, if nothing must, what of which one must."""

    required: tuple[Matches, ...]
    excluded: tuple[Matches, ...]
    optional: tuple[Matches, ...]

    def match(self, message: str) -> bool:
        if any(term(message) for term in self.excluded):
            return False
        if self.required or not self.optional:
            return all(term(message) for term in self.required)
        return any(term(message) for term in self.optional)


@lru_cache(maxsize=256)
def compile_filter(pattern: str) -> Matches:
    """What decides about one message. Raises InvalidParameterException for what is no pattern."""
    text = pattern.strip()
    try:
        if text.startswith("["):
            return compile_fields(text)
        return compile_json(text) if text.startswith("{") else _terms(text).match
    except ValueError as error:
        raise AwsError("InvalidParameterException", f"Invalid filter pattern: {error}", status=400) from None


def _terms(text: str) -> Terms:
    found: dict[str, list[Matches]] = {"": [], "-": [], "?": []}
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None:
            raise ValueError(f"a quotation mark is left open: {text[at:]}")
        sign, phrase, regex, word = match.groups()
        if regex is not None:
            found[sign].append(compile_regex(regex))
        else:
            found[sign].append(_contains(word if phrase is None else re.sub(r"\\(.)", r"\1", phrase)))
        at = match.end()
    return Terms(tuple(found[""]), tuple(found["-"]), tuple(found["?"]))


def _contains(term: str) -> Matches:
    return lambda message: term in message
