"""What updates make of items."""

import copy

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb.expressions import Expressions

one, two = {"N": "1"}, {"N": "2"}


def letters(text):
    return {"L": [{"S": letter} for letter in text]}


def update(text, values=None, names=None):
    return Expressions(names, values).update(text)


@pytest.mark.parametrize(
    ("text", "values", "before", "after"),
    [
        ("SET a = :v", {":v": one}, {}, {"a": one}),
        ("SET a = :v, b = :v", {":v": one}, {"a": two, "c": two}, {"a": one, "b": one, "c": two}),
        ("SET a = b, b = a", None, {"a": one, "b": two}, {"a": two, "b": one}),
        ("SET a = a + :v", {":v": {"N": "0.1"}}, {"a": {"N": "0.2"}}, {"a": {"N": "0.3"}}),
        ("SET a = :v - b", {":v": one}, {"b": {"N": "1.5"}}, {"b": {"N": "1.5"}, "a": {"N": "-0.5"}}),
        ("SET a = (:v + :v)", {":v": one}, {}, {"a": two}),
        ("SET a = ((:v) + (:v))", {":v": one}, {}, {"a": two}),
        ("SET a = if_not_exists(a, :v)", {":v": one}, {"a": two}, {"a": two}),
        ("SET a = if_not_exists(a, :v)", {":v": one}, {}, {"a": one}),
        ("SET a = if_not_exists(m.x, if_not_exists(c, :v))", {":v": one}, {"c": two}, {"c": two, "a": two}),
        ("SET a = if_not_exists(a, :v) + :v", {":v": one}, {}, {"a": two}),
        ("SET l = list_append(l, :v)", {":v": letters("c")}, {"l": letters("ab")}, {"l": letters("abc")}),
        ("SET l = list_append(:v, l)", {":v": letters("c")}, {"l": letters("ab")}, {"l": letters("cab")}),
        ("SET l = list_append(if_not_exists(l, :v), :v)", {":v": letters("c")}, {}, {"l": letters("cc")}),
        ("SET l[1] = :v", {":v": {"S": "x"}}, {"l": letters("abc")}, {"l": letters("axc")}),
        (
            "SET l[9] = :v, l[7] = :w",
            {":v": {"S": "y"}, ":w": {"S": "x"}},
            {"l": letters("ab")},
            {"l": letters("abxy")},
        ),
        ("SET m.a = :v", {":v": one}, {"m": {"M": {"b": two}}}, {"m": {"M": {"b": two, "a": one}}}),
        (
            "SET m.l[0].a = :v",
            {":v": one},
            {"m": {"M": {"l": {"L": [{"M": {}}]}}}},
            {"m": {"M": {"l": {"L": [{"M": {"a": one}}]}}}},
        ),
        ("REMOVE a", None, {"a": one, "b": two}, {"b": two}),
        ("REMOVE a, m.x", None, {"m": {"M": {"y": one}}}, {"m": {"M": {"y": one}}}),
        ("REMOVE l[0], l[2]", None, {"l": letters("abcd")}, {"l": letters("bd")}),
        ("REMOVE l[9]", None, {"l": letters("ab")}, {"l": letters("ab")}),
        (
            "REMOVE l[0] SET l[1] = :v, l[5] = :v",
            {":v": {"S": "x"}},
            {"l": letters("abc")},
            {"l": letters("xcx")},
        ),
        ("ADD a :v", {":v": one}, {}, {"a": one}),
        ("ADD a :v", {":v": one}, {"a": one}, {"a": two}),
        ("ADD m.a :v", {":v": one}, {"m": {"M": {}}}, {"m": {"M": {"a": one}}}),
        ("ADD s :v", {":v": {"SS": ["b", "c"]}}, {"s": {"SS": ["a", "b"]}}, {"s": {"SS": ["a", "b", "c"]}}),
        ("ADD s :v", {":v": {"NS": ["1.0"]}}, {}, {"s": {"NS": ["1"]}}),
        ("DELETE s :v", {":v": {"SS": ["b", "c"]}}, {"s": {"SS": ["a", "b"]}}, {"s": {"SS": ["a"]}}),
        ("DELETE s :v", {":v": {"SS": ["a", "b"]}}, {"s": {"SS": ["a", "b"]}}, {}),
        ("DELETE s :v", {":v": {"SS": ["a"]}}, {"a": one}, {"a": one}),
        (
            "set a=:v remove b add c :v delete s :s",
            {":v": one, ":s": {"SS": ["a"]}},
            {"b": one, "s": {"SS": ["a", "b"]}},
            {"a": one, "c": one, "s": {"SS": ["b"]}},
        ),
    ],
)
def test_an_update_makes_a_new_item_and_leaves_the_old_one(text, values, before, after):
    kept = copy.deepcopy(before)

    assert after == update(text, values).apply(before)
    assert before == kept


def test_what_an_update_touches_is_its_paths():
    changed = update("SET m.a = :v, l[1] = :v REMOVE b ADD n :v", {":v": one})
    item = {"m": {"M": {"a": two, "x": two}}, "l": letters("abc"), "b": one, "c": one}

    assert changed.touched(item) == {"m": {"M": {"a": two}}, "l": {"L": [{"S": "b"}]}, "b": one}
    assert changed.touched(changed.apply(item)) == {"m": {"M": {"a": one}}, "l": {"L": [one]}, "n": one}
    assert changed.attributes == {"m", "l", "b", "n"}
    assert changed.nested == {"m", "l"}
    assert changed.paths == (("m", "a"), ("l", 1), ("b",), ("n",))


def refusal(text, values=None, names=None):
    with pytest.raises(AwsError) as refused:
        update(text, values, names)
    assert refused.value.code == "ValidationException"
    assert refused.value.message.startswith("Invalid UpdateExpression: ")
    return refused.value.message.removeprefix("Invalid UpdateExpression: ")


@pytest.mark.parametrize(
    ("text", "token", "near"),
    [
        ("INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
        ("SET #attr1 = :val1, #attr2 = :val2,", "<EOF>", ","),
        ("SET a = if_not_exists(a, 0)", "0", ", 0)"),
        ("a-b", "a", "a-"),
    ],
)
def test_a_syntax_error_names_the_token_and_its_neighbours(text, token, near):
    assert f'Syntax error; token: "{token}", near: "{near}"' == refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "whatever",
        "set a",
        "add a",
        "delete a",
        "set a=set",
        "remove a = b",
        "add a = b",
        "delete a = b",
        "delete a b",
        "delete a if_not_exist(b)",
        "add abort b",
        "add a if_not_exist(b)",
        "remove a b",
        "set a b",
        "set :a = b",
        "add :a b",
        "delete :a b",
        "remove :a",
        "set a = b / c",
        "set a = b * c",
        'set a[1] = "eight"',
        "set a[1] = 1",
        "SET a = if_not_exist(a, 100)",
        "SET if_not_exist(a, b) = a",
        "set (a = (b + c))",
        "set a = (b.c).d + e",
        "set a = (b.c)[0] + e",
        "set a = b + c + d",
    ],
)
def test_what_the_grammar_does_not_know_is_a_syntax_error(text):
    assert refusal(text).startswith("Syntax error; token: ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SET a = ((:a + :b))", "The expression has redundant parentheses;"),
        (
            "SET a = if_not_exists(b, list_append(:a, :b))",
            "The function is not allowed to be used this way in an expression; function: list_append",
        ),
        (
            "SET a = list_append(:a, list_append(:a, :b))",
            "The function is not allowed to be used this way in an expression; function: list_append",
        ),
        (
            "SET a = if_not_exists(b, b)",
            "The first operand must be distinct from the remaining operands for this operator or function; "
            "operator: if_not_exists, first operand: [b]",
        ),
        ("SET a = foo(b), name = :a", "Invalid function name; function: foo"),
        ("SET name = foo(b)", "Attribute name is a reserved keyword; reserved keyword: name"),
        (
            "REMOVE a REMOVE b SET c = foo(b)",
            'The "REMOVE" section can only be used once in an update expression;',
        ),
        ("REMOVE a REMOVE name", "Attribute name is a reserved keyword; reserved keyword: name"),
    ],
)
def test_what_is_wrong_with_a_text_is_told_from_left_to_right(text, sentence):
    assert refusal(text, {":a": {"L": []}, ":b": {"L": []}}) == sentence


some = {":a": {"S": "a"}, ":b": {"S": "a"}}
some_names = {"#a": "a", "#b": "b"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The expression can not be empty;"),
        (" set #c = :c set abOrt = true ", "Attribute name is a reserved keyword; reserved keyword: abOrt"),
        (" remove Absolute ", "Attribute name is a reserved keyword; reserved keyword: Absolute"),
        ("set #c = if_not_exist(:c) set c = d", "Invalid function name; function: if_not_exist"),
        ("set a = size(b)", "The function is not allowed in an update expression; function: size"),
        ("set a = #c set c = :d", 'The "SET" section can only be used once in an update expression;'),
        (
            "remove #d set a = b remove e",
            'The "REMOVE" section can only be used once in an update expression;',
        ),
        ("add #d :e set a = b add e :f", 'The "ADD" section can only be used once in an update expression;'),
        (
            "delete #d :e set a = b delete #e :f",
            'The "DELETE" section can only be used once in an update expression;',
        ),
        (
            "SET #c = if_not_exists(:c)",
            "An expression attribute name used in the document path is not defined; attribute name: #c",
        ),
        (
            "SET #a = if_not_exists(:c)",
            "An expression attribute value used in expression is not defined; attribute value: :c",
        ),
        (
            "set a = if_not_exists(c)",
            (
                "Incorrect number of operands for operator or function; "
                "operator or function: if_not_exists, number of operands: 1"
            ),
        ),
        (
            "set a = list_append(c)",
            (
                "Incorrect number of operands for operator or function; "
                "operator or function: list_append, number of operands: 1"
            ),
        ),
        (
            "set a = if_not_exists(:a, c)",
            "Operator or function requires a document path; operator or function: if_not_exists",
        ),
        (
            "set a = if_not_exists(if_not_exists(a, b), c)",
            "Operator or function requires a document path; operator or function: if_not_exists",
        ),
        (
            "set a = ((b))",
            "The expression has redundant parentheses;",
        ),
    ],
)
def test_wrong_updates_are_refused_with_awss_sentence(text, sentence):
    assert sentence == refusal(text, some, some_names)


@pytest.mark.parametrize(
    ("text", "told", "first", "second"),
    [
        ("set d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)", "overlap", "[c, [1], a]", "[c]"),
        ("set #c[3].#d = a, #c[3] = a", "overlap", "[c, [3], [3]]", "[c, [3]]"),
        ("set #c[3].#d = a, #c.#d[3] = if_not_exists(a)", "conflict", "[c, [3], [3]]", "[c, [3], [3]]"),
        ("remove a.#c set a[1] = #d", "conflict", "[a, c]", "[a, [1]]"),
    ],
)
def test_the_paths_of_an_update_keep_apart(text, told, first, second):
    assert refusal(text, names={"#c": "c", "#d": "[3]"}) == (
        f"Two document paths {told} with each other; "
        f"must remove or rewrite one of these paths; path one: {first}, path two: {second}"
    )


@pytest.mark.parametrize(
    ("text", "value", "section", "kind"),
    [
        ("set b = list_append(:a, a), c = if_not_exists(a) add a.b :a", {"S": "a"}, "ADD", "STRING"),
        ("delete a.b :a", {"S": "a"}, "DELETE", "STRING"),
        ("add a.b :a", {"NULL": True}, "ADD", "NULL"),
        ("add a.b :a", {"BOOL": False}, "ADD", "BOOLEAN"),
        ("delete a.b :a", {"B": "YQ=="}, "DELETE", "BINARY"),
        ("add a.b :a", {"M": {}}, "ADD", "MAP"),
        ("delete a.b :a", {"L": []}, "DELETE", "LIST"),
        ("delete a.b :a", {"N": "1"}, "DELETE", "NUMBER"),
    ],
)
def test_add_takes_numbers_and_sets_and_delete_takes_sets(text, value, section, kind):
    assert refusal(text, {":a": value}) == (
        f"Incorrect operand type for operator or function; operator: {section}, operand type: {kind}, "
        f"typeSet: ALLOWED_FOR_{section}_OPERAND"
    )


@pytest.mark.parametrize(
    ("text", "operator", "value"),
    [
        ("set a = list_append(:a, a)", "list_append", {"S": "a"}),
        ("set a = list_append(a, :a)", "list_append", {"N": "1"}),
        ("set a = a + :a", "+", {"S": "a"}),
        ("set a = :a - a", "-", {"L": []}),
    ],
)
def test_operands_have_types_that_operators_know(text, operator, value):
    assert refusal(text, {":a": value}) == (
        "Incorrect operand type for operator or function; "
        f"operator or function: {operator}, operand type: {next(iter(value))}"
    )


wrong_path = "The document path provided in the update expression is invalid for update"
wrong_type = "An operand in the update expression has an incorrect data type"
missing = "The provided expression refers to an attribute that does not exist in the item"
stored = {
    "id": {"S": "1"},
    "b": {"M": {"a": {"SS": ["1"]}}},
    "c": {"N": "1"},
    "d": {"NS": ["1"]},
    "m": {"M": {"1": {"S": "a"}}},
    "l": letters("ab"),
}


@pytest.mark.parametrize(
    ("text", "value", "sentence"),
    [
        ("set y = z", None, missing),
        ("set y = list_append(l, z)", None, missing),
        ("set y = z + :a", {"N": "1"}, missing),
        ("set y = b.z", None, missing),
        ("set c.a = :a", {"SS": ["a"]}, wrong_path),
        ("set c[1] = :a", {"SS": ["a"]}, wrong_path),
        ("set y.a = :a", {"SS": ["a"]}, wrong_path),
        ("set y[1] = :a", {"SS": ["a"]}, wrong_path),
        ("set m[1] = :a", {"SS": ["a"]}, wrong_path),
        ("set l.a = :a", {"SS": ["a"]}, wrong_path),
        ("set l[7].a = :a", {"SS": ["a"]}, wrong_path),
        ("remove c.a", None, wrong_path),
        ("remove y.a", None, wrong_path),
        ("remove y[1]", None, wrong_path),
        ("remove m[1]", None, wrong_path),
        ("delete y.a :a", {"SS": ["a"]}, wrong_path),
        ("add y.a :a", {"SS": ["a"]}, wrong_path),
        ("add l.a :a", {"SS": ["a"]}, wrong_path),
        ("delete d :a", {"SS": ["1"]}, wrong_type),
        ("delete b :a", {"NS": ["1"]}, wrong_type),
        ("delete b.a :a", {"NS": ["1"]}, wrong_type),
        ("delete c :a", {"NS": ["1"]}, wrong_type),
        ("add b :a", {"NS": ["1"]}, wrong_type),
        ("add d :a", {"N": "1"}, wrong_type),
        ("set e = id + :a", {"N": "1"}, wrong_type),
        ("set e = id + z, f = :a", {"N": "1"}, wrong_type),
        ("set e = z + id, f = :a", {"N": "1"}, missing),
        ("set e = id + :a, y.a = :a", {"N": "1"}, wrong_path),
        ("set e = z, f = id + :a", {"N": "1"}, wrong_type),
        ("set e = list_append(d, if_not_exists(f, :a))", {"L": []}, wrong_type),
        (
            "add c :a",
            {"N": "9E125"},
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
    ],
)
def test_what_an_item_does_not_allow_is_refused(text, value, sentence):
    change = update(text, {":a": value} if value else None)

    with pytest.raises(AwsError) as refused:
        change.apply(stored)

    assert ("ValidationException", sentence) == (refused.value.code, refused.value.message)
