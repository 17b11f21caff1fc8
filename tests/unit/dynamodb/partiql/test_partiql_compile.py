"""Statements compiled: what they take of items, what they show, what they make, and what they refuse."""

from typing import Any

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb.partiql import next_token
from millrace.dynamodb.partiql.compile import prepare
from millrace.dynamodb.partiql.edit import Insertion, Modification
from millrace.dynamodb.partiql.next_token import Position
from millrace.dynamodb.partiql.selection import Selection
from millrace.dynamodb.row import Row
from millrace.dynamodb.values import Item, size

ITEM: Item = {
    "pk": {"S": "a"},
    "n": {"N": "5"},
    "l": {"L": [{"S": "x"}, {"N": "1"}, {"M": {"q": {"S": "deep"}, "r": {"S": "other"}}}]},
    "m": {"M": {"k": {"S": "v"}, "l": {"L": [{"N": "7"}]}}},
    "s": {"SS": ["a", "b"]},
    "yes": {"BOOL": True},
    "none": {"NULL": True},
}


def select(statement: str, *parameters: Item) -> Selection:
    prepared = prepare(statement, parameters, tell=False)
    assert isinstance(prepared, Selection)
    return prepared


def update(assignments: str, item: Item) -> Item:
    prepared = prepare(f"UPDATE Music {assignments} WHERE pk='a'", None, tell=False)
    assert isinstance(prepared, Modification)
    assert prepared.found.update is not None
    return prepared.found.update.apply(item)


def refusal(statement: str, *parameters: Item) -> str | None:
    with pytest.raises(AwsError) as caught:
        prepare(statement, parameters, tell=False)
    assert caught.value.code == "ValidationException"
    return caught.value.message


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("n = 5.0", True),
        ("5 < n", False),
        ("4 <= n", True),
        ("n != 5", False),
        ("zz <> 1", True),
        ("zz = 1", False),
        ("NOT zz = 1", True),
        ("zz IS MISSING", True),
        ("n IS NOT MISSING", True),
        ("zz IS NULL", False),
        ("none IS NULL", True),
        ("none = NULL", True),
        ("n IS NUMERIC AND m IS TUPLE AND l IS LIST AND yes IS BOOLEAN AND pk IS STRING", True),
        ("n IN (1, 5)", True),
        ("n IN [1]", False),
        ("n NOT IN <<1>>", True),
        ("n BETWEEN 1 AND 5", True),
        ("n NOT BETWEEN 1 AND 5", False),
        ("BEGINS_WITH(pk, 'a')", True),
        ("begins_with(pk, 'a') = false", False),
        ("contains(s, 'b') AND contains(l, 1)", True),
        ("attribute_type(s, 'SS')", True),
        ("attribute_exists(m.k) AND attribute_not_exists(m.z)", True),
        ("SIZE(l) = 3 AND size(pk) = 1", True),
        ("l[2].q = 'deep' AND m['k'] = 'v'", True),
        ("s = <<'b', 'a'>>", True),
        ("l = ['x', 1, {'r': 'other', 'q': 'deep'}]", True),
        ("(pk = 'b' OR n = 5) AND NOT (yes = FALSE)", True),
        ("pk = n", False),
    ],
)
def test_a_where_clause_holds_of_an_item_or_not(where: str, holds: bool):
    condition = select(f"SELECT * FROM Music WHERE {where}").condition

    assert condition is not None
    assert condition(ITEM) is holds


def test_parameters_stand_for_values_in_their_order():
    condition = select(
        "SELECT * FROM Music WHERE pk = ? AND n IN (?, ?)", *[{"S": "a"}, {"N": "1"}, {"N": "5"}]
    )

    assert condition.condition is not None
    assert condition.condition(ITEM)


@pytest.mark.parametrize(
    ("paths", "shown"),
    [
        ("pk, n, zz", {"pk": {"S": "a"}, "n": {"N": "5"}}),
        ("m.k, m.zz", {"k": {"S": "v"}}),
        ("l[0], m.l[0].x", {"l[0]": {"S": "x"}}),
        ("m.l[0]", {"l[0]": {"N": "7"}}),
        ("l[2].q, l[2].z", {"l[2]": {"M": {"q": {"S": "deep"}}}}),
        ("m", {"m": ITEM["m"]}),
    ],
)
def test_each_path_of_a_select_has_a_name_of_its_own(paths: str, shown: Item):
    assert select(f"SELECT {paths} FROM Music").shown(Row.of(ITEM, size(ITEM))) == shown


@pytest.mark.parametrize(
    ("assignments", "changed"),
    [
        ("SET n = n + 1 - 2", {"n": {"N": "4"}}),
        ("SET n = -1, o = 'x' SET p = [1]", {"n": {"N": "-1"}, "o": {"S": "x"}, "p": {"L": [{"N": "1"}]}}),
        ("SET m.k = NULL", {"m": {"M": {"k": {"NULL": True}, "l": {"L": [{"N": "7"}]}}}}),
        ("SET s = set_add(s, <<'c'>>)", {"s": {"SS": ["a", "b", "c"]}}),
        ("SET s = SET_DELETE(s, <<'a'>>)", {"s": {"SS": ["b"]}}),
        ("SET z = set_add(z, <<1>>)", {"z": {"NS": ["1"]}}),
        ("SET z = list_append(if_not_exists(z, []), [1])", {"z": {"L": [{"N": "1"}]}}),
        ("SET z = if_not_exists(n, 1) + 1", {"z": {"N": "6"}}),
        ("REMOVE m.k REMOVE n", {"m": {"M": {"l": {"L": [{"N": "7"}]}}}, "n": None}),
    ],
)
def test_an_update_changes_an_item(assignments: str, changed: dict[str, Any]):
    expected = {name: value for name, value in {**ITEM, **changed}.items() if value is not None}

    assert update(assignments, ITEM) == expected


def test_an_insert_makes_an_item_of_literals_and_parameters():
    statement = "INSERT INTO Music VALUE {'pk': ?, 'a': {'b': [1e2, 'it''s']}, 's': <<'x', 'y'>>, 'n': <<2, 1>>, 't': true}"
    prepared = prepare(statement, [{"S": "k"}], tell=False)

    assert isinstance(prepared, Insertion)
    assert prepared.item == {
        "pk": {"S": "k"},
        "a": {"M": {"b": {"L": [{"N": "100"}, {"S": "it's"}]}}},
        "s": {"SS": ["x", "y"]},
        "n": {"NS": ["1", "2"]},
        "t": {"BOOL": True},
    }


TOO_LARGE = "Number overflow. Attempting to store a number with magnitude larger than supported range"
IN_MESSAGE = (
    "IN operator must have a left hand argument of type Variable Reference and right hand argument of type Seq "
    "with at least one member"
)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT * FROM Music WHERE pk = ?", "Number of parameters in request and statement don't match."),
        (
            "SELECT * FROM Music WHERE pk",
            "WHERE clause must contain an expression that resolves to a boolean",
        ),
        ("SELECT * FROM Music WHERE pk = 'a' AND n", "The arguments to AND/OR must be Expressions"),
        ("SELECT * FROM Music WHERE NOT n", "The argument to NOT must be a Type or Expression"),
        ("SELECT * FROM Music WHERE foo(n) = 1", "Unrecognized function: foo at 1:27:3"),
        ("SELECT * FROM Music WHERE a = MISSING", "MISSING must be compared using IS operator"),
        (
            "SELECT * FROM Music WHERE a LIKE 'x'",
            "Unsupported operator in Condition Expression. Operator: like",
        ),
        ("SELECT * FROM Music WHERE a = 1 + 1", "Unsupported operator in Condition Expression. Operator: +"),
        ("SELECT * FROM Music WHERE a IN 1", IN_MESSAGE),
        (
            "SELECT * FROM Music WHERE EXISTS(SELECT * FROM Music)",
            "Unsupported token in expression: SELECT at 1:34:6",
        ),
        (
            "SELECT * FROM Music WHERE n < true",
            "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
        ),
        (
            "SELECT * FROM Music WHERE begins_with(a)",
            "Incorrect number of operands for operator or function; "
            "operator or function: begins_with, number of operands: 1",
        ),
        (
            "SELECT * FROM Music WHERE a IS BAG",
            "Unsupported data type for IS operator: BAG. Supported data types are "
            "[MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST] at 1:29:2",
        ),
        ("SELECT a, b.a FROM Music", "Duplicate identifiers in select clause: a"),
        ("INSERT INTO Music VALUE {'a': <<>>}", "Empty bags are not supported at 1:31:2"),
        (
            "INSERT INTO Music VALUE {'a': <<1, 1.0>>}",
            "One or more parameter values were invalid: Input collection [1, 1] contains duplicates.",
        ),
        (
            "INSERT INTO Music VALUE {'a': [?]}",
            "Unsupported data type: Parameter under key root.0 at 1:32:1",
        ),
        ("INSERT INTO Music VALUE {'a': b}", "Unsupported data type: b under key root at 1:31:1"),
        (
            "INSERT INTO Music VALUE {a: 1}",
            "Tuple keys must be of type String. Actual type: VariableReference under root at 1:26:1",
        ),
        ("INSERT INTO Music VALUE {'a': 1, 'a': 2}", "Duplicate keys in tuple. Key: a under root at 1:34:3"),
        (
            f"INSERT INTO Music VALUE {{'a': {'1' * 39}}}",
            "Attempting to store more than 38 significant digits in a Number under root",
        ),
        ("UPDATE Music SET a = a * 2 WHERE pk = 1", "Unsupported operator in Update Expression. Operator: *"),
        (
            "UPDATE Music SET a = size(b) WHERE pk = 1",
            "The function is not allowed in an update expression; function: size",
        ),
        (
            "UPDATE Music SET a = set_add(b, <<1>>) WHERE pk = 1",
            "The first argument to SET_ADD must equal the assignment value at 1:22:7",
        ),
        ("UPDATE Music SET a = set_add(a, <<>>) WHERE pk = 1", "Empty bags are not supported"),
        ("INSERT INTO Music VALUE {'a': 1e126}", f"{TOO_LARGE} under root"),
        ("INSERT INTO Music VALUE {'a': {'x': 1e126}}", f"{TOO_LARGE} under root.x"),
        ("INSERT INTO Music VALUE {'a': [1, 1e126]}", f"{TOO_LARGE} under root[1]"),
        (
            "INSERT INTO Music VALUE {'a': set_add(<<'a'>>, <<'b'>>)}",
            "Unsupported data type: set_add under key root at 1:31:7",
        ),
        (
            "UPDATE Music SET a = set_add(a, 1) WHERE pk = 1",
            "The second argument to SET_ADD must be a value with type SET at 1:30:1",
        ),
        (
            "UPDATE Music SET a = 1 WHERE b > 1",
            "Where clause does not contain a mandatory equality on all key attributes",
        ),
        ("DELETE FROM Music", "Where clause does not contain a mandatory equality on all key attributes"),
        ("DELETE FROM Music.idx WHERE pk = 1", "This operation is not supported on an index"),
    ],
)
def test_what_no_table_could_do_is_refused_in_awss_words(statement: str, message: str):
    parameters = [{"S": "x"}] if "[?]" in statement else []

    assert refusal(statement, *parameters) == message


def test_a_next_token_is_good_for_its_request_alone():
    token = next_token.encode(Position(3, b"key"), "SELECT", [{"S": "a"}])

    assert next_token.decode(token, "SELECT", [{"S": "a"}]) == Position(3, b"key")
    for statement, parameters in (("SELECT 2", [{"S": "a"}]), ("SELECT", [{"S": "b"}]), ("SELECT", None)):
        with pytest.raises(AwsError, match="NextToken does not match request"):
            next_token.decode(token, statement, parameters)
    for wrong in ("garbage", "é", "x", token[:8]):
        with pytest.raises(AwsError, match="Invalid NextToken"):
            next_token.decode(wrong, "SELECT", [{"S": "a"}])
