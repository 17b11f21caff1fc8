"""The little pattern language of policies: `*`, `?` and variables such as `${aws:username}`. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

# What is known about a request, by lower-case condition key; some keys have several values.
Facts = Mapping[str, str | Sequence[str]]

_TOKEN = re.compile(r"\$\{([^{}]*)\}|\*+|\?|[^*?$]+|\$", re.DOTALL)
_DEFAULTED = re.compile(r"\s*([^,\s]+)\s*,\s*'([^']*)'\s*", re.DOTALL)


class Wild(Enum):
    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """`${name}` or `${name, 'default'}`."""

    name: str
    default: str | None


Part = str | Wild | Variable


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern. `regex` is None as long as variables have to be filled in first."""

    parts: tuple[Part, ...]
    fold: bool
    regex: re.Pattern[str] | None

    def matches(self, text: str, facts: Facts) -> bool | None:
        """Whether it matches all of `text`; None when a variable has no value in this request."""
        regex = self.regex
        if regex is None:
            filled = _fill(self.parts, facts)
            if filled is None:
                return None
            regex = _regex(filled, self.fold)
        return regex.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Patterns:
    """Several patterns, one of which must match. Plain words are looked up, not searched."""

    everything: bool
    words: frozenset[str]
    globs: tuple[Pattern, ...]
    fold: bool

    def matches(self, text: str, facts: Facts) -> bool | None:
        """Whether one matches; None when none does and one of them has a variable without a value."""
        if self.everything or (text.lower() if self.fold else text) in self.words:
            return True
        answers = [glob.matches(text, facts) for glob in self.globs]
        if True in answers:
            return True
        return None if None in answers else False


@lru_cache(maxsize=4096)
def compile_pattern(
    text: str, *, fold: bool = False, wildcards: bool = True, variables: bool = True
) -> Pattern:
    """The pattern that `text` spells. `fold` ignores case."""
    parts = tuple(_parts(text, wildcards=wildcards, variables=variables))
    has_variables = any(isinstance(part, Variable) for part in parts)
    plain = tuple(part for part in parts if not isinstance(part, Variable))
    return Pattern(parts, fold, None if has_variables else _regex(plain, fold))


def compile_patterns(texts: Iterable[str], *, fold: bool = False, variables: bool = True) -> Patterns:
    words: set[str] = set()
    globs: list[Pattern] = []
    for text in texts:
        pattern = compile_pattern(text, fold=fold, variables=variables)
        if all(isinstance(part, str) for part in pattern.parts):
            word = "".join(part for part in pattern.parts if isinstance(part, str))
            words.add(word.lower() if fold else word)
        else:
            globs.append(pattern)
    everything = any(glob.parts == (Wild.ANY,) for glob in globs)
    return Patterns(everything, frozenset(words), tuple(globs), fold)


def _parts(text: str, *, wildcards: bool, variables: bool) -> Iterable[Part]:
    for token in _TOKEN.finditer(text):
        word = token.group()
        if token.group(1) is not None:
            yield _variable(token.group(1)) if variables else word
        elif wildcards and word[0] == "*":
            yield Wild.ANY
        elif wildcards and word == "?":
            yield Wild.ONE
        else:
            yield word


def _variable(inside: str) -> Part:
    """`${*}`, `${?}` and `${$}` are the characters themselves."""
    if inside in {"*", "?", "$"}:
        return inside
    defaulted = _DEFAULTED.fullmatch(inside)
    if defaulted is None:
        return Variable(inside.strip().lower(), None)
    return Variable(defaulted.group(1).lower(), defaulted.group(2))


def _fill(parts: tuple[Part, ...], facts: Facts) -> tuple[str | Wild, ...] | None:
    filled: list[str | Wild] = []
    for part in parts:
        if isinstance(part, Variable):
            fact = facts.get(part.name, part.default)
            if not isinstance(fact, str):
                return None
            filled.append(fact)
        else:
            filled.append(part)
    return tuple(filled)


@lru_cache(maxsize=4096)
def _regex(parts: tuple[str | Wild, ...], fold: bool) -> re.Pattern[str]:
    """A regular expression that never goes back over a `*`: its time is bounded by text times pattern.

    What stands between two stars is matched at its first place and kept there (an atomic group): if any
    place leads to a match, so does the first.
    """
    runs: list[str] = [""]
    for part in parts:
        if part is Wild.ANY:
            runs.append("")
        else:
            runs[-1] += "." if part is Wild.ONE else re.escape(str(part))
    first, *middle = runs
    last = middle.pop() if middle else None
    body = first + "".join(f"(?>.*?{run})" for run in middle if run)
    if last is not None:
        body += f".*{last}"
    return re.compile(body, re.DOTALL | (re.IGNORECASE if fold else re.NOFLAG))
