"""Condition, filter, projection and update expressions, over the wire."""

import pytest
from tests.api.fresh_tables import FreshTables, in_order, invalid, refused

KEY = {"id": {"S": "k"}}
ITEM = {
    **KEY,
    "n": {"N": "5"},
    "s": {"S": "hello"},
    "b": {"B": b"\x01\x02"},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2"]},
    "m": {"M": {"a": {"N": "1"}, "l": {"L": [{"S": "p"}, {"S": "q"}]}}},
    "t": {"BOOL": True},
    "nil": {"NULL": True},
}


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        ("n = :v", {":v": {"N": "5.0"}}, True),
        ("n <> :v", {":v": {"S": "5"}}, True),
        ("n < :v", {":v": {"N": "10"}}, True),
        ("s < :v", {":v": {"S": "help"}}, True),
        ("b <= :v", {":v": {"B": b"\x01"}}, False),
        ("n BETWEEN :a AND :b", {":a": {"N": "5"}, ":b": {"N": "6"}}, True),
        ("s IN (:a, :b)", {":a": {"S": "x"}, ":b": {"S": "hello"}}, True),
        ("attribute_exists(m.l[1])", None, True),
        ("attribute_exists(m.l[2])", None, False),
        ("attribute_not_exists(gone)", None, True),
        ("attribute_type(ss, :v)", {":v": {"S": "SS"}}, True),
        ("begins_with(s, :v)", {":v": {"S": "he"}}, True),
        ("begins_with(b, :v)", {":v": {"B": b"\x01"}}, True),
        ("contains(s, :v)", {":v": {"S": "ell"}}, True),
        ("contains(ss, :v)", {":v": {"S": "x"}}, True),
        ("contains(m.l, :v)", {":v": {"S": "q"}}, True),
        ("size(s) = :v", {":v": {"N": "5"}}, True),
        ("size(m) = :v", {":v": {"N": "2"}}, True),
        ("size(n) = :v", {":v": {"N": "1"}}, False),
        ("ns = :v", {":v": {"NS": ["2", "1.0"]}}, True),
        (
            "NOT (n = :v OR s = :w) AND t = :t",
            {":v": {"N": "1"}, ":w": {"S": ""}, ":t": {"BOOL": True}},
            True,
        ),
        ("gone = :v", {":v": {"N": "5"}}, False),
        ("gone <> :v", {":v": {"N": "5"}}, True),
        ("nil = :v", {":v": {"NULL": True}}, True),
        ("m.a < n", None, True),
        (":v = n", {":v": {"N": "5"}}, True),
    ],
)
def test_conditions_and_filters_judge_alike(tables: FreshTables, condition: str, values: dict, holds: bool):
    table = tables.create("id")
    table.put(ITEM)
    given = {} if values is None else {"ExpressionAttributeValues": values}
    found = table.scan(FilterExpression=condition, **given)
    try:
        table.put(ITEM, ConditionExpression=condition, **given)
        written = True
    except table.client.exceptions.ConditionalCheckFailedException:
        written = False

    assert (written, found["Count"], found["ScannedCount"]) == (holds, int(holds), 1)


@pytest.mark.parametrize(
    ("expression", "values", "changed"),
    [
        ("SET n = n + :v", {":v": {"N": "0.5"}}, {"n": {"N": "5.5"}}),
        ("SET n = :v - n", {":v": {"N": "1"}}, {"n": {"N": "-4"}}),
        ("SET m.l[0] = :v", {":v": {"S": "z"}}, {"m.l": {"L": [{"S": "z"}, {"S": "q"}]}}),
        ("SET m.l[9] = :v", {":v": {"S": "z"}}, {"m.l": {"L": [{"S": "p"}, {"S": "q"}, {"S": "z"}]}}),
        (
            "SET m.l = list_append(m.l, :v)",
            {":v": {"L": [{"N": "1"}]}},
            {"m.l": {"L": [{"S": "p"}, {"S": "q"}, {"N": "1"}]}},
        ),
        (
            "SET m.l = list_append(:v, m.l)",
            {":v": {"L": [{"N": "1"}]}},
            {"m.l": {"L": [{"N": "1"}, {"S": "p"}, {"S": "q"}]}},
        ),
        ("SET gone = if_not_exists(gone, :v)", {":v": {"N": "0"}}, {"gone": {"N": "0"}}),
        ("SET n = if_not_exists(n, :v) + :v", {":v": {"N": "1"}}, {"n": {"N": "6"}}),
        ("SET s = n, n = m.a", None, {"s": {"N": "5"}, "n": {"N": "1"}}),
        ("REMOVE s, m.l[0]", None, {"s": None, "m.l": {"L": [{"S": "q"}]}}),
        ("REMOVE gone", None, {}),
        ("ADD n :v", {":v": {"N": "-7"}}, {"n": {"N": "-2"}}),
        ("ADD fresh :v", {":v": {"N": "3"}}, {"fresh": {"N": "3"}}),
        ("ADD ns :v", {":v": {"NS": ["2", "3"]}}, {"ns": {"NS": ["1", "2", "3"]}}),
        ("DELETE ss :v", {":v": {"SS": ["x", "none"]}}, {"ss": {"SS": ["y"]}}),
        ("DELETE ss :v", {":v": {"SS": ["x", "y"]}}, {"ss": None}),
        ("DELETE gone :v", {":v": {"SS": ["x"]}}, {}),
        (
            "SET s = :v REMOVE nil ADD n :one DELETE ss :x",
            {":v": {"S": "new"}, ":one": {"N": "1"}, ":x": {"SS": ["x"]}},
            {"s": {"S": "new"}, "nil": None, "n": {"N": "6"}, "ss": {"SS": ["y"]}},
        ),
    ],
)
def test_update_expressions_change_what_they_say(
    tables: FreshTables, expression: str, values: dict, changed: dict
):
    table = tables.create("id")
    table.put(ITEM)
    table.update(KEY, expression, values)
    expected = {name: dict(value) for name, value in ITEM.items()}
    for name, value in changed.items():
        if name == "m.l":
            expected["m"] = {"M": {**ITEM["m"]["M"], "l": value}}
        elif value is None:
            del expected[name]
        else:
            expected[name] = value

    assert in_order(table.get(KEY)) == in_order(expected)


@pytest.mark.parametrize(
    ("projection", "item"),
    [
        ("s, n", {"s": {"S": "hello"}, "n": {"N": "5"}}),
        ("m.a", {"m": {"M": {"a": {"N": "1"}}}}),
        ("m.l[1]", {"m": {"M": {"l": {"L": [{"S": "q"}]}}}}),
        ("m.l[1], m.a, gone", {"m": {"M": {"l": {"L": [{"S": "q"}]}, "a": {"N": "1"}}}}),
        ("gone", {}),
        ("id", KEY),
    ],
)
def test_projections_give_what_they_name(tables: FreshTables, projection: str, item: dict):
    table = tables.create("id")
    table.put(ITEM)
    scanned = table.scan(ProjectionExpression=projection)["Items"]
    batch = {table.name: {"Keys": [KEY], "ProjectionExpression": projection}}

    assert table.get(KEY, ProjectionExpression=projection) == item
    assert scanned == [item]
    assert table.client.batch_get_item(RequestItems=batch)["Responses"] == {table.name: [item]}


def test_names_stand_for_what_the_grammar_cannot_say(tables: FreshTables):
    table = tables.create("id")
    names = {"#n": "name", "#d": "with.dot", "#u": "über uns"}
    table.update(
        KEY,
        "SET #n = :v, #d = :v, #u = :v",
        {":v": {"N": "1"}},
        ExpressionAttributeNames=names,
        ConditionExpression="attribute_not_exists(#n)",
    )

    assert table.get(KEY) == {**KEY, **{name: {"N": "1"} for name in names.values()}}
    assert table.get(KEY, ProjectionExpression="#d", ExpressionAttributeNames={"#d": "with.dot"}) == {
        "with.dot": {"N": "1"}
    }


V = {":v": {"S": "x"}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"ConditionExpression": "name = :v", "ExpressionAttributeValues": V},
            "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: name",
        ),
        (
            {"ConditionExpression": "s = :gone"},
            "Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :gone",
        ),
        (
            {"ConditionExpression": "#gone = :v", "ExpressionAttributeValues": V},
            "Invalid ConditionExpression: An expression attribute name used in the document path is not "
            "defined; attribute name: #gone",
        ),
        (
            {"ConditionExpression": "attribute_exists(s)", "ExpressionAttributeValues": V},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
        ),
        (
            {"ConditionExpression": "attribute_exists(s)", "ExpressionAttributeNames": {"#a": "a"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}",
        ),
        (
            {"ConditionExpression": ""},
            "Invalid ConditionExpression: The expression can not be empty;",
        ),
        (
            {"ConditionExpression": "s = = :v", "ExpressionAttributeValues": V},
            'Invalid ConditionExpression: Syntax error; token: "=", near: "= = :v"',
        ),
        (
            {"ConditionExpression": "size(s)"},
            "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; "
            "function: size",
        ),
        (
            {"ConditionExpression": "nosuch(s)"},
            "Invalid ConditionExpression: Invalid function name; function: nosuch",
        ),
        (
            {"ConditionExpression": "begins_with(s, :v)", "ExpressionAttributeValues": {":v": {"N": "1"}}},
            "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or "
            "function: begins_with, operand type: N",
        ),
        (
            {"ExpressionAttributeNames": {"#a": "a"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            {"ExpressionAttributeValues": V},
            "ExpressionAttributeValues can only be specified when using expressions: "
            "ConditionExpression is null",
        ),
    ],
)
def test_what_is_no_condition_is_refused_with_the_words_of_aws(
    tables: FreshTables, arguments: dict, message: str
):
    table = tables.create("id")

    assert refused(table.put_item, Item=ITEM, **arguments) == invalid(message)


@pytest.mark.parametrize(
    ("expression", "values", "message"),
    [
        (
            "SET s = :v, s = :v",
            V,
            "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one "
            "of these paths; path one: [s], path two: [s]",
        ),
        (
            "SET m = :v REMOVE m.a",
            V,
            "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one "
            "of these paths; path one: [m], path two: [m, a]",
        ),
        (
            "SET s = :v SET n = :v",
            V,
            'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
        ),
        ("SET s.x = :v", V, "The document path provided in the update expression is invalid for update"),
        ("SET gone.x = :v", V, "The document path provided in the update expression is invalid for update"),
        (
            "SET n = gone",
            None,
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            "SET n = s + :v",
            {":v": {"N": "1"}},
            "An operand in the update expression has an incorrect data type",
        ),
        (
            "ADD n :v",
            V,
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, "
            "operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
        ),
        (
            "ADD s :v",
            {":v": {"N": "1"}},
            "An operand in the update expression has an incorrect data type",
        ),
    ],
)
def test_what_is_no_update_is_refused_with_the_words_of_aws(
    tables: FreshTables, expression: str, values: dict, message: str
):
    table = tables.create("id")
    table.put(ITEM)
    given = {} if values is None else {"ExpressionAttributeValues": values}

    assert refused(table.update_item, Key=KEY, UpdateExpression=expression, **given) == invalid(message)
    assert in_order(table.get(KEY)) == in_order(ITEM)
