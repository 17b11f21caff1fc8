"""The wildcard matcher against the naive one, and policy variables."""

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from millrace.iam.patterns import compile_pattern, compile_patterns

letters = st.text(alphabet="ab:*?\n", max_size=8)


def naive(pattern: str, text: str) -> bool:
    @cache
    def match(p: int, t: int) -> bool:
        if p == len(pattern):
            return t == len(text)
        if pattern[p] == "*":
            return match(p + 1, t) or (t < len(text) and match(p, t + 1))
        return t < len(text) and pattern[p] in ("?", text[t]) and match(p + 1, t + 1)

    return match(0, 0)


@given(letters, letters)
def test_a_pattern_matches_exactly_what_the_naive_matcher_matches(pattern, text):
    assert compile_pattern(pattern).matches(text, {}) is naive(pattern, text)
    assert compile_patterns([pattern]).matches(text, {}) is naive(pattern, text)


def test_many_stars_take_no_exponential_time():
    pattern = compile_pattern("*a" * 30 + "*b")

    assert pattern.matches("a" * 20_000, {}) is False


def test_folding_ignores_case():
    assert compile_patterns(["DynamoDB:Get*"], fold=True).matches("dynamodb:getitem", {}) is True
    assert compile_patterns(["DynamoDB:GetItem"], fold=True).matches("dynamodb:GETITEM", {}) is True
    assert compile_patterns(["DynamoDB:GetItem"]).matches("dynamodb:GETITEM", {}) is False


def test_a_variable_is_filled_in_literally():
    pattern = compile_pattern("table/${aws:username}-*")

    assert pattern.matches("table/ann-1", {"aws:username": "ann"}) is True
    assert pattern.matches("table/ann-1", {"aws:username": "*"}) is False
    assert pattern.matches("table/ann-1", {}) is None


def test_a_variable_may_have_a_default():
    assert compile_pattern("${aws:username, 'nobody'}").matches("nobody", {}) is True


def test_escaped_wildcards_are_characters():
    assert compile_pattern("a${*}").matches("a*", {}) is True
    assert compile_pattern("a${*}").matches("ab", {}) is False


def test_without_variables_a_dollar_is_a_dollar():
    assert compile_pattern("${aws:username}", variables=False).matches("${aws:username}", {}) is True
