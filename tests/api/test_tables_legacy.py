"""The parameters from before expressions, over the wire: what they do, and what they must not stand beside."""

import pytest
from tests.api.fresh_tables import FreshTables, refused

K = {"id": {"S": "1"}}
MIXED = "Can not use both expression and non-expression parameters in the same request: "
FAILED = ("ConditionalCheckFailedException", "The conditional request failed")


def compared(operator: str, *values: dict) -> dict:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


def test_expected_guards_every_write(tables: FreshTables):
    table = tables.create("id")
    absent, one = {"id": {"Exists": False}}, {"v": {"Value": {"N": "1"}}}
    two = {"v": compared("GE", {"N": "2"})}

    table.put({**K, "v": {"N": "1"}}, Expected=absent)
    assert refused(table.put_item, Item=K, Expected=absent) == FAILED
    assert refused(table.delete_item, Key=K, Expected=two) == FAILED
    update = {"v": {"Action": "ADD", "Value": {"N": "1"}}}
    table.update_item(Key=K, AttributeUpdates=update, Expected=one)
    assert refused(table.update_item, Key=K, AttributeUpdates=update, Expected=one) == FAILED
    table.delete_item(Key=K, Expected={**absent, **two}, ConditionalOperator="OR")
    assert table.get(K) is None


def test_a_failed_expectation_shows_the_item_if_asked(tables: FreshTables):
    table = tables.create("id")
    table.put({**K, "v": {"N": "1"}})

    with pytest.raises(table.client.exceptions.ConditionalCheckFailedException) as failed:
        table.put(K, Expected={"id": {"Exists": False}}, ReturnValuesOnConditionCheckFailure="ALL_OLD")

    assert failed.value.response["Item"] == {**K, "v": {"N": "1"}}


@pytest.mark.parametrize(
    ("returns", "attributes"),
    [
        ("UPDATED_OLD", {"n": {"N": "1"}, "gone": {"S": "x"}, "set": {"SS": ["a", "b"]}}),
        ("UPDATED_NEW", {"n": {"N": "3"}, "new": {"S": "y"}, "set": {"SS": ["a"]}}),
    ],
)
def test_an_update_returns_the_attributes_it_names(tables: FreshTables, returns: str, attributes: dict):
    table = tables.create("id")
    table.put({**K, "n": {"N": "1"}, "gone": {"S": "x"}, "set": {"SS": ["a", "b"]}, "kept": {"S": "z"}})

    answer = table.update_item(
        Key=K,
        AttributeUpdates={
            "n": {"Action": "ADD", "Value": {"N": "2"}},
            "gone": {"Action": "DELETE"},
            "set": {"Action": "DELETE", "Value": {"SS": ["b"]}},
            "new": {"Value": {"S": "y"}},
        },
        ReturnValues=returns,
    )

    assert answer["Attributes"] == attributes


def test_an_update_without_updates_makes_an_item_and_one_that_only_deletes_does_not(tables: FreshTables):
    table = tables.create("id")

    table.update_item(Key=K, AttributeUpdates={"a": {"Action": "DELETE"}})
    assert table.get(K) is None
    table.update_item(Key=K, AttributeUpdates={})
    assert table.get(K) == K


def test_updates_leave_keys_alone_and_index_keys_their_type(tables: FreshTables):
    table = tables.create(
        "id",
        defined=["at:N"],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-at",
                "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    wrong = "One or more parameter values were invalid: "

    def told(**updates: dict) -> str:
        return refused(table.update_item, Key=K, AttributeUpdates=updates)[1]

    assert told(id={"Value": {"S": "2"}}) == (
        f"{wrong}Cannot update attribute id. This attribute is part of the key"
    )
    assert told(at={"Value": {"S": "x"}}) == (
        f"{wrong}Type mismatch for Index Key at Expected: N Actual: S IndexName: by-at"
    )


def test_a_query_by_key_conditions_filters_and_picks_attributes(tables: FreshTables):
    table = tables.create("p", "r:N")
    table.fill([{"p": {"S": "p"}, "r": {"N": str(n)}, "even": {"BOOL": n % 2 == 0}} for n in range(6)])
    keys = {"p": compared("EQ", {"S": "p"}), "r": compared("BETWEEN", {"N": "1"}, {"N": "4"})}

    answer = table.query(
        KeyConditions=keys, QueryFilter={"even": compared("EQ", {"BOOL": True})}, AttributesToGet=["r"]
    )
    assert answer["Items"] == [{"r": {"N": "2"}}, {"r": {"N": "4"}}]
    assert (answer["Count"], answer["ScannedCount"]) == (2, 4)

    answer = table.query(
        KeyConditions=keys,
        FilterExpression="even = :yes",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
        ProjectionExpression="r",
    )
    assert answer["Items"] == [{"r": {"N": "2"}}, {"r": {"N": "4"}}]


def test_a_scan_filters_by_any_of_its_conditions(tables: FreshTables):
    table = tables.create("id")
    table.fill([{"id": {"S": str(n)}, "n": {"N": str(n)}} for n in range(4)])
    conditions = {"id": compared("EQ", {"S": "0"}), "n": compared("GE", {"N": "3"})}

    items = table.scan(ScanFilter=conditions, ConditionalOperator="OR", AttributesToGet=["n"])["Items"]

    assert sorted(item["n"]["N"] for item in items) == ["0", "3"]
    assert table.scan(ScanFilter=conditions)["Count"] == 0


def test_attributes_to_get_pick_from_single_items_and_batches(tables: FreshTables):
    table = tables.create("id")
    table.put({**K, "a.b": {"S": "x"}, "c": {"N": "1"}})

    assert table.get(K, AttributesToGet=["a.b", "d"]) == {"a.b": {"S": "x"}}
    answer = table.client.batch_get_item(RequestItems={table.name: {"Keys": [K], "AttributesToGet": ["c"]}})
    assert answer["Responses"][table.name] == [{"c": {"N": "1"}}]
    assert refused(table.get_item, Key=K, AttributesToGet=["c", "c"])[1] == (
        "One or more parameter values were invalid: Duplicate value in attribute name: c"
    )


@pytest.mark.parametrize(
    ("operation", "arguments", "older", "newer"),
    [
        (
            "update_item",
            {
                "Key": K,
                "AttributeUpdates": {},
                "Expected": {},
                "ConditionalOperator": "AND",
                "UpdateExpression": "",
                "ConditionExpression": "",
            },
            "AttributeUpdates, Expected, ConditionalOperator",
            "UpdateExpression, ConditionExpression",
        ),
        ("get_item", {"Key": K, "AttributesToGet": ["a"], "ProjectionExpression": "a"}, None, None),
        (
            "query",
            {
                "AttributesToGet": ["a"],
                "KeyConditions": {},
                "FilterExpression": "",
                "ProjectionExpression": "",
            },
            "AttributesToGet",
            "ProjectionExpression, FilterExpression",
        ),
        (
            "query",
            {"QueryFilter": {}, "KeyConditions": {}, "KeyConditionExpression": ""},
            "QueryFilter, KeyConditions",
            "KeyConditionExpression",
        ),
    ],
)
def test_older_parameters_and_expressions_do_not_mix(
    tables: FreshTables, operation: str, arguments: dict, older: str | None, newer: str | None
):
    table = tables.create("id")

    assert refused(getattr(table, operation), **arguments) == (
        "ValidationException",
        f"{MIXED}Non-expression parameters: {{{older or 'AttributesToGet'}}} "
        f"Expression parameters: {{{newer or 'ProjectionExpression'}}}",
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            {"ConditionalOperator": "AND"},
            "ConditionalOperator cannot be used without Filter or Expected",
        ),
        (
            {"Select": "COUNT", "AttributesToGet": ["a"]},
            "1 validation error detected: Cannot specify the AttributesToGet when choosing to get only the Count",
        ),
        ({"KeyConditions": {}}, "Conditions can be of length 1 or 2 only"),
        (
            {
                "KeyConditions": {"p": compared("EQ", {"S": "p"})},
                "QueryFilter": {"r": compared("EQ", {"S": "p"})},
            },
            "QueryFilter can only contain non-primary key attributes: Primary key attribute: r",
        ),
        (
            {"KeyConditions": {"p": compared("EQ", {"S": "p"}), "r": compared("NE", {"S": "p"})}},
            "Attempted conditional constraint is not an indexable operation",
        ),
    ],
)
def test_a_wrong_query_is_refused(tables: FreshTables, arguments: dict, told: str):
    table = tables.create("p", "r")

    assert refused(table.query, **arguments) == ("ValidationException", told)


def test_a_list_is_appended_to(tables: FreshTables):
    table = tables.create("id")

    for element in ({"N": "1"}, {"S": "x"}):
        table.update_item(Key=K, AttributeUpdates={"l": {"Action": "ADD", "Value": {"L": [element]}}})

    assert table.scan(ScanFilter={"l": compared("CONTAINS", {"S": "x"})})["Items"] == [
        {**K, "l": {"L": [{"N": "1"}, {"S": "x"}]}}
    ]
