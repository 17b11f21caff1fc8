"""The two layers of AWS that read values, each with words of its own for one that is none.

Recorded of AWS in October 2026 by paritysuite/dynamodb-conformance (valueLayers, numberExponent, deepRequests).
"""

import pytest
from tests.unit.tables.calls import n, run, s

OVER = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDER = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
NONE = "The parameter cannot be converted to a numeric value"
INVALID = "One or more parameter values were invalid: "
DEEP = (
    "Nesting Levels have exceeded supported limits: "
    "Attributes in the item have nested levels beyond supported limit"
)
BAD_SYNTAX = 'Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"'

# A value that is none; what PutItem says of it, what the newer layer says, and what the older.
MISFITS = [
    (n(""), NONE, f"{NONE}: ", NONE),
    (n("1e2147483647"), OVER, OVER, UNDER),
    (n("1e2147483648"), OVER, OVER, f"{NONE}: 1e2147483648"),
    (n("1e-99999999999"), UNDER, UNDER, f"{NONE}: 1e-99999999999"),
    (n("1e9223372036854775808"), *[f"{NONE}: 1e9223372036854775808"] * 3),
    (n("0e126"), OVER, OVER, OVER),
    (
        {"SS": ["b", "a", "b"]},
        f"{INVALID}Input collection [b, a, b] contains duplicates.",
        f'{INVALID}Input collection ["a", "b", "b"] contains duplicates.',
        f"{INVALID}Input collection [b, a, b] contains duplicates.",
    ),
    (
        {"BS": ["/w==", "AA==", "AA=="]},
        f"{INVALID}Input collection [/w==, AA==, AA==]of type BS contains duplicates.",
        f'{INVALID}Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
        f"{INVALID}Input collection [/w==, AA==, AA==]of type BS contains duplicates.",
    ),
    (
        {"NS": ["2", "1", "2.0"]},
        "Input collection contains duplicates",
        f"{INVALID}Input collection contains duplicates.",
        "Input collection contains duplicates",
    ),
]


def told_of(name, message):
    return f"ExpressionAttributeValues contains invalid value: {message} for key {name}"


@pytest.mark.parametrize(("value", "put", "newer", "older"), MISFITS)
def test_each_operation_tells_of_a_value_that_is_none_as_its_layer_does(value, put, newer, older):
    async def test(calls):
        await calls.table()
        key, name = {"id": value}, {"TableName": "orders"}
        searched = {
            **name,
            "KeyConditionExpression": "id = :p",
            "FilterExpression": "x = :v",
            "ExpressionAttributeValues": {":p": s("a"), ":v": value},
        }
        scanned = {**name, "FilterExpression": "x = :v", "ExpressionAttributeValues": {":v": value}}
        changed = {**name, "Key": {"id": s("a")}, "UpdateExpression": "SET x = :v"}
        changed["ExpressionAttributeValues"] = {":v": value}
        told = [
            (await calls.refused(operation, **params))[1]
            for operation, params in (
                ("PutItem", {**name, "Item": {"id": s("a"), "x": value}}),
                ("GetItem", {**name, "Key": key}),
                ("BatchGetItem", {"RequestItems": {"orders": {"Keys": [key]}}}),
                ("Query", searched),
                ("BatchWriteItem", {"RequestItems": {"orders": [{"DeleteRequest": {"Key": key}}]}}),
                ("TransactGetItems", {"TransactItems": [{"Get": {**name, "Key": key}}]}),
                ("TransactWriteItems", {"TransactItems": [{"Update": changed}]}),
                ("Scan", scanned),
                (
                    "ExecuteStatement",
                    {"Statement": "SELECT * FROM orders WHERE id = ?", "Parameters": [value]},
                ),
            )
        ]

        in_placeholder = told_of(":v", older)
        assert told == [put, newer, newer, newer, older, older, in_placeholder, in_placeholder, older]

    run(test)


def deep(levels, leaf):
    for _ in range(levels):
        leaf = {"M": {"n": leaf}}
    return leaf


@pytest.mark.parametrize("levels", [40, 100])
def test_a_statement_tells_of_the_first_parameter_that_is_no_value(levels):
    async def refusal(calls, *parameters):
        statement = "SELECT * FROM orders WHERE id = 'a' AND x = ? AND y = ?"
        return (await calls.refused("ExecuteStatement", Statement=statement, Parameters=list(parameters)))[1]

    async def test(calls):
        await calls.table()
        assert await refusal(calls, deep(levels, s("leaf")), n("abc")) == DEEP
        assert await refusal(calls, n("abc"), deep(levels, s("leaf"))) == f"{NONE}: abc"
        assert await refusal(calls, {"M": {"d": deep(levels, s("leaf")), "bad": n("abc")}}, s("b")) == DEEP
        assert await refusal(calls, deep(levels, n("abc")), s("b")) == DEEP

    run(test)


def test_a_transaction_tells_of_the_first_fault_of_its_first_part_with_one():
    far = deep(100, s("leaf"))
    empty = {"Put": {"TableName": "absent", "Item": {"id": s("a"), "": s("x")}}}
    wrong = {"ConditionExpression": "a = = b"}

    def put(**attributes):
        return {"Put": {"TableName": "absent", "Item": {"id": s("b"), **attributes}}}

    def delete(key, **more):
        return {"Delete": {"TableName": "absent", "Key": {"id": key}, **more}}

    async def refusal(calls, *parts):
        return (await calls.refused("TransactWriteItems", TransactItems=list(parts)))[1]

    async def test(calls):
        assert await refusal(calls, put(d=far), empty) == DEEP
        assert await refusal(calls, empty, put(d=far)) == "Empty attribute name"
        assert await refusal(calls, put(**{"d": far, "": s("x")})) == "Empty attribute name"
        assert await refusal(calls, put(m={"M": {"": s("x")}}, d=far)) == DEEP
        assert await refusal(calls, delete(far), delete(s("a"), **wrong)) == DEEP
        assert await refusal(calls, delete(far, **wrong)) == BAD_SYNTAX

    run(test)
