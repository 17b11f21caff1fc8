"""Statements read into trees: whatever is printed is read back, and nothing else than AWS's errors comes out."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dynamodb.partiql import printing

from millrace.core.errors import AwsError
from millrace.dynamodb.partiql import syntax
from millrace.dynamodb.partiql.compile import prepare
from millrace.dynamodb.partiql.parser import parse
from millrace.dynamodb.partiql.syntax import Position

HERE = Position(1, 1, 1)


def made(kind: Callable[..., Any], *parts: st.SearchStrategy[Any], **more: st.SearchStrategy[Any]):
    return st.builds(kind, *parts, at=st.just(HERE), **more)


def some(nodes: st.SearchStrategy[Any], at_least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(nodes, min_size=at_least, max_size=3).map(tuple)


words = st.text(min_size=1, max_size=4)
names = st.sampled_from(["a", "Count", "it's", 'say "x"', "select", "é"])
steps = st.tuples(names, st.lists(st.one_of(names, st.integers(0, 9)), max_size=3)).map(
    lambda both: (both[0], *both[1])
)
paths = made(syntax.Path, steps)
numbers = st.sampled_from(["0", "-1", "1.50", "-.5", "1e3", "12E-2"])
leaves = st.one_of(
    made(syntax.Text, words),
    made(syntax.Number, numbers),
    made(syntax.Constant, st.sampled_from(["TRUE", "FALSE", "NULL", "MISSING"])),
    made(syntax.Parameter, st.just(0)),
    paths,
)
comparators = st.sampled_from(["=", "<>", "<", "<=", ">", ">=", "LIKE", "+", "-", "*", "||"])
functions = st.sampled_from(["size", "begins_with", "contains", "exists", "foo"])


def compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = some(inner, 2).map(tuple)
    return st.one_of(
        made(syntax.Sequence, some(inner), bag=st.booleans()),
        made(syntax.Struct, some(st.tuples(inner, inner))),
        made(syntax.Call, functions, some(inner)),
        made(syntax.Unary, st.just("NOT"), inner),
        made(syntax.Binary, comparators, inner, inner),
        made(syntax.Binary, st.just("IN"), inner, made(syntax.Sequence, some(inner), bag=st.booleans())),
        made(syntax.Joined, st.sampled_from(["AND", "OR"]), several),
        made(syntax.Between, inner, inner, inner),
        made(syntax.Is, inner, st.sampled_from(["MISSING", "NULL", "STRING", "TUPLE"])),
    )


expressions = st.recursive(leaves, compound, max_leaves=12)
wheres = st.one_of(st.none(), expressions)
tables = made(syntax.Source, st.sampled_from(["Music", "a.b", "x-1"]), st.one_of(st.none(), names))
plain_tables = made(syntax.Source, st.just("Music"), st.none())
selects = made(
    syntax.Select,
    some(paths),
    tables,
    wheres,
    some(made(syntax.Order, names, st.booleans())),
)
returnings = made(syntax.Returning, st.booleans(), st.booleans())
statements = st.one_of(
    selects,
    made(syntax.Exists, selects),
    made(syntax.Insert, plain_tables, made(syntax.Struct, some(st.tuples(expressions, expressions)))),
    made(
        syntax.Update,
        tables,
        some(made(syntax.Assignment, paths, st.one_of(st.none(), expressions)), 1),
        wheres,
        st.one_of(st.none(), returnings),
    ),
    made(
        syntax.Delete,
        tables,
        wheres,
        st.one_of(st.none(), made(syntax.Returning, st.just(False), st.just(False))),
    ),
)


def unnumbered(node: Any) -> str:
    """A tree in words, without what a text cannot tell: the numbers of its parameters."""
    return printing.statement(node)


@given(statements)
def test_a_printed_statement_is_read_back(statement: syntax.Statement):
    assert unnumbered(parse(printing.statement(statement)).statement) == printing.statement(statement)


FRAGMENTS = """SELECT * FROM Music "Music" . idx WHERE ( ) [ ] { } << >> , : ; ? = <> != < <= > >= + - * / || AND OR NOT IN
    BETWEEN IS MISSING NULL true 'a' '' 1 1.5 .5 1e9 a b size begins_with exists EXISTS INSERT INTO VALUE UPDATE SET
    REMOVE DELETE RETURNING ALL OLD NEW MODIFIED ORDER BY DESC LIMIT GROUP -- /* */ ' " ` @ # é list_append set_add
    count COUNT timestamp VALUES"""
fragments = st.sampled_from(FRAGMENTS.split())
beginnings = st.sampled_from(
    ["SELECT * FROM Music WHERE", "UPDATE Music SET a =", "INSERT INTO Music VALUE", "DELETE FROM Music", ""]
)


@given(beginnings, st.lists(fragments, max_size=20))
def test_no_text_is_answered_with_anything_but_awss_errors(beginning: str, parts: list[str]):
    with contextlib.suppress(AwsError):
        prepare(" ".join([beginning, *parts]), [{"S": "x"}] * len(parts), tell=False)


@given(st.text(max_size=40))
def test_no_characters_are_answered_with_anything_but_awss_errors(text: str):
    with contextlib.suppress(AwsError):
        prepare("SELECT a FROM Music WHERE " + text, [{"S": "x"}] * len(text), tell=False)


@pytest.mark.parametrize("nested", ["(a=1", "a IN [[", "NOT a=1 AND NOT ", "size(", "{'a': ", "a=1=", "<<"])
@pytest.mark.parametrize("times", [30, 60, 70, 1_000])
def test_deep_nesting_is_refused_before_the_stack_ends(nested: str, times: int):
    with contextlib.suppress(AwsError):
        prepare("SELECT * FROM Music WHERE " + nested * times, None, tell=False)


@pytest.mark.parametrize("chain", ["+1", "-1", " AND a=1", "=1", " IN (1)"])
def test_long_chains_of_operators_are_refused(chain: str):
    with pytest.raises(AwsError) as caught:
        prepare(f"UPDATE Music SET a=a{chain * 400} WHERE id='1'", None, tell=False)

    assert caught.value.code == "ValidationException"


def refusal(statement: str) -> str | None:
    with pytest.raises(AwsError) as caught:
        parse(statement)
    assert caught.value.code == "ValidationException"
    return caught.value.message


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("SELECTT * FROMM Music", "Expected data manipulation"),
        ("UPDATE Payment-orders SET active=true", "Expected data manipulation"),
        ("INSERT INTO urls (key, clicks) VALUES (?, ?)", "Unexpected keyword"),
        ("SELECT count FROM Music", "Unexpected keyword"),
        ("SELECT * Music", "Expected FROM after SELECT list"),
        ("DELETE Music WHERE a=1", "Expected FROM after DELETE"),
        ("SELECT * FROM Music WHERE a =", "Missing right-hand side expression of infix operator"),
        ("SELECT * FROM Music WHERE a = 1 b", "Unexpected token after expression"),
        ("SELECT * FROM Music WHERE (a = 1", "Expected RIGHT_PAREN"),
        ("SELECT * FROM Music WHERE a = 'x", "Unexpected term"),
        ("UPDATE Music SET a WHERE b=1", "Expected '='"),
        ("INSERT INTO Music m VALUE {'a': 1}", "Unexpected token after expression"),
        ("FROM Music SET a = 1 WHERE b = 1", "Unexpected token after expression"),
        ("FROM Music WHERE b = 1", "Expected data manipulation"),
        ("SELECT * FROM Music WHERE a = 1 # note", ""),
        ("SELECT * FROM Music WHERE a = 1 /* note", ""),
        ("SELECT * FROM Music WHERE a = 1e2147483648", ""),
        ("SELECT * FROM Music WHERE a = 1e99999999999", ""),
        ("SELECT * FROM Music WHERE a = 1.5e-2147483647", ""),
    ],
)
def test_what_is_no_statement_is_refused_with_what_was_expected(statement: str, detail: str):
    assert refusal(statement) == f"Statement wasn't well formed, can't be processed: {detail}"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT COUNT(*) FROM Music", "Unexpected path component at 1:8:5"),
        ("SELECT\n a, 'x' FROM Music", "Unexpected path component at 2:5:3"),
        ("SELECT * FROM Music LIMIT 1", "Unsupported clause: LIMIT at 1:27:1"),
        ("SELECT * FROM Music m", "Aliasing is not supported"),
        ("SELECT * FROM Music, Other", "Only select from a single table or index is supported."),
        ("SELECT * FROM a1.b2.c3", "A path may contain at most 2 components in the FROM clause"),
        ('SELECT * FROM Music."" ', "Path component cannot be an empty string"),
        (
            "INSERT INTO abcdefgh.idx VALUE {'pk':'a'}",
            "FROM clause may only contain a single table name in data manipulation statements at 1:13:8",
        ),
        (
            "DELETE FROM Music WHERE a=1 RETURNING MODIFIED NEW *",
            "Invalid returning clause: RETURNING MODIFIED NEW *. "
            "Only RETURNING ALL OLD * is allowed in DELETE statements.",
        ),
        ("INSERT INTO Music VALUE {'a':1} RETURNING ALL NEW *", "RETURNING is not supported in INSERT"),
        (
            "SELECT a[2147483648] FROM Music",
            "List index is not within the allowable range; index: [2147483648] at 1:10:10",
        ),
    ],
)
def test_what_dynamodb_does_not_know_of_partiql_is_refused_in_its_words(statement: str, message: str):
    assert refusal(statement) == message


def test_an_update_may_begin_with_from_and_tell_its_item_first():
    usual = parse("UPDATE Music SET a = 1 REMOVE b WHERE c = ? RETURNING ALL NEW *")
    assert parse("from Music where c = ? set a = 1 remove b returning all new *") == usual


def test_comments_quotes_and_letters_of_any_case_are_read():
    parsed = parse('select "a", b -- first\nfrom /* a table */ "Music"."x" where c = \'it\'\'s\';').statement

    assert printing.statement(parsed) == 'SELECT "a", "b" FROM "Music"."x" WHERE ("c" = \'it\'\'s\')'


def test_operators_bind_as_in_sql():
    parsed = parse(
        "SELECT * FROM Music WHERE NOT a = 1 + 2 AND b NOT IN (1) OR c BETWEEN 1 AND 2 AND d <> 3"
    ).statement

    assert printing.statement(parsed).partition(" WHERE ")[2] == (
        '(((NOT ("a" = (1 + 2))) AND (NOT ("b" IN [1]))) OR (("c" BETWEEN 1 AND 2) AND ("d" <> 3)))'
    )
