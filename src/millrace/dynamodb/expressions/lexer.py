"""Expression texts cut into tokens, as DynamoDB's grammar cuts them.

No text is refused here: a character that no rule knows becomes a token of its own kind, which the parser
then meets and reports where it stands.
"""

import re
from typing import NamedTuple

keywords = frozenset(("AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"))

_token = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<word>[A-Za-z][A-Za-z0-9_]*)
  | (?P<name>\#[A-Za-z0-9_]+)
  | (?P<value>:[A-Za-z0-9_]+)
  | (?P<index>0|[1-9][0-9]*)
  | (?P<sign><>|<=|>=|[=<>()\[\],.+-])
  | (?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """`kind` is word, name (#x), value (:x), index, unknown or end; a keyword or a sign is its own kind."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """All tokens, then one of kind `end`."""
    found: list[Token] = []
    for match in _token.finditer(text):
        kind, word = match.lastgroup or "unknown", match.group()
        if kind == "space":
            continue
        if kind == "sign":
            kind = word
        elif kind == "word" and word.upper() in keywords:
            kind = word.upper()
        found.append(Token(kind, word, *match.span()))
    found.append(Token("end", "<EOF>", len(text), len(text)))
    return found
