"""What DynamoDB says to conditions that are wrong. Most sentences were recorded from the real service."""

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb.expressions import Expressions


def refusal(text, values=None, names=None, kind="FilterExpression"):
    with pytest.raises(AwsError) as refused:
        Expressions(names, values).condition(text, kind)
    assert refused.value.code == "ValidationException"
    prefix = f"Invalid {kind}: "
    assert refused.value.message.startswith(prefix)
    return refused.value.message.removeprefix(prefix)


@pytest.mark.parametrize(
    ("text", "token", "near"),
    [
        ("a-b", "-", "a-b"),
        ("size()", ")", "()"),
        ("attribute_exists(a) AND #x", "<EOF>", "#x"),
        ("attribute_exists([1])", "[", "([1"),
        ("tenantAgent:abc123-a = b", ":abc123", "tenantAgent:abc123-"),
        ("a = = :v", "=", "= = :v"),
        ("_hidden = :v", "_", "_hidden"),
        ("!!! INVALID", "!", "!!"),
        ("a  >  4", "4", ">  4"),
        ("a = :v)", ")", ":v)"),
    ],
)
def test_a_syntax_error_names_the_token_and_its_neighbours(text, token, near):
    assert f'Syntax error; token: "{token}", near: "{near}"' == refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "things are not gonna be ok",
        "a > 4",
        "attribute_exists(Pictures-RearView)",
        'attribute_exists("Pictures.RearView")',
        "attribute_exists(Pictures..RearView)",
        "attribute_exists(Pi#ctures.RearView)",
        "attribute_exists(asdf[a])",
        "a in b, c",
        "a > between",
        "a in b",
        "a in (b,c,)",
        "(a)between(b.(c.d))and(c)",
        "(a)between(b.c.d)and((c)",
        "#$.b > a",
        "a > :things.stuff",
        "b[:a] > a",
        "b[#_] > a",
        "\u00fc > a",
        "(a)between(b.c[4.5].#d)and(:a)",
        "size(a).b > a",
        "(size(a)).b > a",
        "size(a)[0] > a",
        "(size(a))[0] > a",
        " ",
        "a",
        "NOT",
        "a = b AND",
        "(a = b",
        "a[01] = b",
        "a BETWEEN b OR c",
    ],
)
def test_what_the_grammar_does_not_know_is_a_syntax_error(text):
    assert refusal(text).startswith("Syntax error; token: ")


@pytest.mark.parametrize(
    "text",
    [
        "a=a and a > ((views))",
        "(a)between(((b.c)).d)and(c)",
        "a > whatever((:things), ((a)))",
        "a=a AND ((a=a AND a=a)) AND a=a",
        "a=a OR ((a=a OR a=a)) OR a=a",
        "a=a AND ((a=a AND (a=a AND a=a)))",
        "a=a OR ((a=a OR (a=a OR a=a)))",
        "((#a = :v))",
        "NOT ((a = b))",
    ],
)
def test_parentheses_straight_around_parentheses_are_redundant(text):
    assert refusal(text) == "The expression has redundant parentheses;"


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("a=a and whatever((:things)) > a", "whatever"),
        ("attRIbute_exIsts((views), #a)", "attRIbute_exIsts"),
        ("a = size(nothing(b))", "nothing"),
    ],
)
def test_functions_have_the_names_they_have(text, function):
    assert refusal(text) == f"Invalid function name; function: {function}"


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("a=a and attribute_exists((views), (#a)) > b", "attribute_exists"),
        ("attribute_not_exists(things) > b", "attribute_not_exists"),
        ("attribute_type(things, :a) > b", "attribute_type"),
        ("begins_with(things, a) > b", "begins_with"),
        ("contains(:things, c) > b", "contains"),
        ("size(contains(a, b)) > a", "contains"),
        ("size(things)", "size"),
        ("a between b and attribute_exists(things)", "attribute_exists"),
        ("a in (b, attribute_exists(things))", "attribute_exists"),
        ("NOT (a = b OR size(c))", "size"),
    ],
)
def test_functions_have_their_places(text, function):
    assert (
        f"The function is not allowed to be used this way in an expression; function: {function}"
        == refusal(text)
    )


def test_functions_of_updates_are_not_for_conditions():
    assert refusal("a = if_not_exists(a, b)") == (
        "The function is not allowed in a condition expression; function: if_not_exists"
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [("attribute_exists(views, #a)", "views"), (":a < abOrT", "abOrT"), ("a.name = :v", "name")],
)
def test_reserved_words_need_a_placeholder(text, word):
    assert refusal(text) == f"Attribute name is a reserved keyword; reserved keyword: {word}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("attribute_exists(#Pictures.RearView, :a) and a=a", "#Pictures"),
        ("begins_with(Pictures.#RearView)", "#RearView"),
        ("(#P between :lo and :hi) and (#PC in (:cat1, :cat2))", "#P"),
        ("#4g > a", "#4g"),
        ("#_ > a", "#_"),
        ("(a)between(b.c[45].#d)and(:a)", "#d"),
    ],
)
def test_names_must_be_given(text, name):
    assert (
        f"An expression attribute name used in the document path is not defined; attribute name: {name}"
        == refusal(text)
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("begins_with(:hello, #a, #b)", ":hello"), (":a < :b", ":a"), (":_ > a", ":_")],
)
def test_values_must_be_given(text, value):
    assert (
        f"An expression attribute value used in expression is not defined; attribute value: {value}"
        == refusal(text)
    )


@pytest.mark.parametrize(
    ("text", "function", "count"),
    [
        ("attribute_exists(things, a) and a=a", "attribute_exists", 2),
        ("attribute_not_exists(things, b)", "attribute_not_exists", 2),
        ("attribute_type(things)", "attribute_type", 1),
        ("begins_with(things)", "begins_with", 1),
        ("begins_with(things, size(a), b)", "begins_with", 3),
        ("contains(things)", "contains", 1),
        ("size(things, a) > b", "size", 2),
    ],
)
def test_functions_take_as_many_operands_as_they_take(text, function, count):
    assert refusal(text) == (
        "Incorrect number of operands for operator or function; "
        f"operator or function: {function}, number of operands: {count}"
    )


@pytest.mark.parametrize(
    ("text", "operator", "value"),
    [
        ("attribute_type(a, size(a)) and a=a and a=:a", "attribute_type", {"N": "1"}),
        ("attribute_type(a, :a)", "attribute_type", {"BOOL": True}),
        ("attribute_type(a, :a)", "attribute_type", {"SS": ["1"]}),
        ("begins_with(a, size(a)) and a=:a", "begins_with", {"N": "1"}),
        ("begins_with(a, :a)", "begins_with", {"NULL": True}),
        ("begins_with(:a, a)", "begins_with", {"M": {}}),
        ("size(size(a)) > :a", "size", {"N": "1"}),
        ("attribute_not_exists(size(:a))", "size", {"N": "1"}),
        ("size(:a) > a", "size", {"BOOL": True}),
        ("a < :a", "<", {"BOOL": True}),
        (":a >= a", ">=", {"L": []}),
        ("a BETWEEN b AND :a", "BETWEEN", {"SS": ["x"]}),
    ],
)
def test_operands_have_types_that_operators_know(text, operator, value):
    assert refusal(text, {":a": value}) == (
        "Incorrect operand type for operator or function; "
        f"operator or function: {operator}, operand type: {next(iter(value))}"
    )


def test_attribute_type_asks_for_a_type_there_is():
    assert refusal("attribute_type(a, :a)", {":a": {"S": "1"}}) == (
        "Invalid attribute type name found; type: 1, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
    )


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("attribute_exists(:a) and a=a", "attribute_exists"),
        ("attribute_not_exists(size(:a))", "attribute_not_exists"),
    ],
)
def test_some_functions_want_a_path(text, function):
    assert f"Operator or function requires a document path; operator or function: {function}" == refusal(
        text, {":a": {"S": "1"}}
    )


@pytest.mark.parametrize(
    ("text", "operator", "path"),
    [
        ("a = a AND #a = b AND :views > a", "=", "[a]"),
        ("#a <> a", "<>", "[a]"),
        ("a > #a", ">", "[a]"),
        ("((a=a) OR (a=a))", "=", "[a]"),
        ("((a=a) AND (a=a))", "=", "[a]"),
        ("contains(ab.bc[1].a, ab.bc[1].#a)", "contains", "[ab, bc, [1], a]"),
        ("attribute_type(ab.bc[1].#a, ab.bc[1].a)", "attribute_type", "[ab, bc, [1], a]"),
        ("begins_with(ab.bc[1].a, ab.bc[1].#a)", "begins_with", "[ab, bc, [1], a]"),
    ],
)
def test_nothing_is_compared_with_itself(text, operator, path):
    assert refusal(text, names={"#a": "a"}) == (
        "The first operand must be distinct from the remaining operands for this operator or function; "
        f"operator: {operator}, first operand: {path}"
    )


def test_the_bounds_of_between_have_one_type():
    assert refusal(
        "a between :b and :a", {":a": {"S": "a"}, ":b": {"N": "1"}}, kind="ConditionExpression"
    ) == (
        "The BETWEEN operator requires same data type for lower and upper bounds; "
        "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}"
    )


def test_the_bounds_of_between_stand_in_order():
    assert refusal("a between :b and :a", {":a": {"S": "a"}, ":b": {"S": "b"}}) == (
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}"
    )


def test_in_takes_a_hundred_operands():
    names = ", ".join(f"b{index}" for index in range(101))

    assert Expressions(None, None).condition(f"a IN ({names[: names.rindex(',')]})")
    assert (
        refusal(f"a IN ({names})")
        == "The IN operator is provided with too many operands; number of operands: 101"
    )


def test_an_expression_has_at_most_4096_bytes():
    assert refusal("\u00e9" * 2049) == (
        "Expression size has exceeded the maximum allowed size; expression size: 4098"
    )


def test_an_expression_is_not_empty():
    assert refusal("") == "The expression can not be empty;"


def test_an_expression_has_at_most_300_operators():
    text = " OR ".join(["a=b"] * 151)

    assert refusal(text) == "The expression contains too many operators; operator count: 301"


@pytest.mark.parametrize(
    "text",
    [
        "NOT (" * 299 + "a = b" + ")" * 299,
        "a = b OR (" * 149 + "a = b" + ")" * 149,
        "a = b AND (a = b OR (" * 74 + "a = b" + "))" * 74,
        "(" * 148 + "a = b" + " OR a = b)" * 148,
    ],
)
def test_parentheses_nest_as_deep_as_the_operators_allow(text):
    condition = Expressions(None, None).condition(text)

    assert condition({"a": {"S": "x"}, "b": {"S": "x"}}) is not condition({})


def test_too_many_parentheses_are_redundant_or_do_not_end():
    assert refusal("(" * 2000 + "a = b" + ")" * 2000) == "The expression has redundant parentheses;"
    assert refusal("(" * 4096) == 'Syntax error; token: "<EOF>", near: "("'
    assert refusal("a = size(" * 1 + "size(" * 250 + "b" + ")" * 251).endswith("operand type: N")


@pytest.mark.parametrize("piece", ["(", "NOT ", "size(", "a[0]", "a.", "[", ")"])
def test_a_hundred_thousand_pieces_are_too_much_text(piece):
    assert refusal(piece * 100_000).startswith("Expression size has exceeded the maximum allowed size;")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = :x AND foo(a)", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("foo(a) AND name = :x", "Invalid function name; function: foo"),
        ("foo(name)", "Invalid function name; function: foo"),
        (
            "size(a) AND foo(a)",
            "The function is not allowed to be used this way in an expression; function: size",
        ),
        (
            "if_not_exists(name, :x)",
            "The function is not allowed in a condition expression; function: if_not_exists",
        ),
        ("#x = :x AND foo(a)", "Invalid function name; function: foo"),
        ("name = a AND a[99999999999] = b", "Attribute name is a reserved keyword; reserved keyword: name"),
        (
            "#x = b AND a" + ".a" * 32 + " = b",
            "The document path has too many nesting levels; nesting levels: 33",
        ),
    ],
)
def test_what_is_wrong_with_a_text_is_told_from_left_to_right(text, sentence):
    assert refusal(text) == sentence


def test_deep_nesting_is_refused_and_does_not_break():
    for text in ("(" * 4000, "NOT " * 1000, "size(" * 800, "a = (" * 800, "(a=b AND " * 400):
        assert refusal(text)


def test_a_path_has_at_most_32_levels():
    assert Expressions(None, None).condition("attribute_exists(" + ".".join(["x"] * 32) + ")")
    assert (
        refusal("attribute_exists(" + ".".join(["x"] * 33) + ")")
        == "The document path has too many nesting levels; nesting levels: 33"
    )


def test_list_indexes_are_32_bit_integers():
    assert refusal("a[99999999999999] = b") == (
        "List index is not within the allowable range; index: [99999999999999]"
    )
