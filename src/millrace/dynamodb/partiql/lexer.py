"""PartiQL's text cut into tokens. No text is refused here: what no rule knows becomes a token `unknown`."""

import re
from importlib.resources import files
from typing import NamedTuple

from millrace.dynamodb.partiql.syntax import Position

_keywords = frozenset(
    files("millrace.dynamodb.partiql").joinpath("keywords.txt").read_text("ascii").upper().split()
)

_token = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?\*/)
  | (?P<unclosed>/\*.*)
  | '(?P<text>(?:[^']|'')*)'
  | "(?P<quoted>(?:[^"]|"")*)"
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_$])
  | (?P<word>[A-Za-z_$][A-Za-z0-9_$]*)
  | (?P<sign><<|>>|<=|>=|<>|!=|\|\||[=<>()\[\]{},.:;?*+\-/%@])
  | (?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class Token(NamedTuple):
    """`kind` is text, quoted, number, word, unclosed (a comment), unknown or end; a keyword (in upper case) or a sign is its own kind.

    `text` is what a literal or a name stands for, else what is written.
    """

    kind: str
    text: str
    at: Position


def tokens(statement: str) -> list[Token]:
    """All tokens, then one of kind `end`."""
    found: list[Token] = []
    line, begin = 1, 0
    for match in _token.finditer(statement):
        kind = match.lastgroup or "unknown"
        if kind != "space":
            at = Position(line, match.start() - begin + 1, match.end() - match.start())
            found.append(_named(kind, match[kind], at))
        breaks = match.group().count("\n")
        if breaks:
            line, begin = line + breaks, match.start() + match.group().rindex("\n") + 1
    found.append(Token("end", "", Position(line, len(statement) - begin + 1, 0)))
    return found


def _named(kind: str, text: str, at: Position) -> Token:
    match kind:
        case "sign":
            return Token("<>" if text == "!=" else text, text, at)
        case "word" if text.upper() in _keywords:
            return Token(text.upper(), text, at)
        case "text":
            return Token(kind, text.replace("''", "'"), at)
        case "quoted":
            return Token(kind, text.replace('""', '"'), at)
        case _:
            return Token(kind, text, at)
