"""PutItem, GetItem, UpdateItem and DeleteItem: what they answer, over the wire."""

import pytest
from botocore.exceptions import ClientError
from tests.api.fresh_tables import FreshTables, invalid, refused

KEY = {"id": {"S": "one"}}
OLD = {**KEY, "a": {"N": "1"}, "b": {"S": "kept"}}
NEW = {**KEY, "a": {"N": "2"}, "b": {"S": "kept"}, "c": {"BOOL": True}}


def test_an_item_is_read_as_it_was_put(tables: FreshTables):
    table = tables.create("id")
    answer = table.put(OLD)

    assert set(answer) == {"ResponseMetadata"}
    assert table.get(KEY) == OLD
    assert table.get(KEY, ConsistentRead=True) == OLD
    assert table.get({"id": {"S": "none"}}) is None


@pytest.mark.parametrize(
    ("returns", "attributes"),
    [
        ("NONE", None),
        ("ALL_OLD", OLD),
        ("ALL_NEW", NEW),
        ("UPDATED_OLD", {"a": {"N": "1"}}),
        ("UPDATED_NEW", {"a": {"N": "2"}, "c": {"BOOL": True}}),
    ],
)
def test_update_item_returns_what_return_values_asks_for(tables: FreshTables, returns: str, attributes: dict):
    table = tables.create("id")
    table.put(OLD)
    values = {":one": {"N": "1"}, ":true": {"BOOL": True}}
    answer = table.update(KEY, "SET a = a + :one, c = :true", values, ReturnValues=returns)

    assert answer.get("Attributes") == attributes
    assert table.get(KEY) == NEW


def test_update_item_that_makes_an_item_has_no_old_values_to_return(tables: FreshTables):
    table = tables.create("id")
    old = table.update(KEY, "SET a = :v", {":v": {"N": "1"}}, ReturnValues="ALL_OLD")
    table.delete_item(Key=KEY)
    updated = table.update(KEY, "SET a = :v", {":v": {"N": "1"}}, ReturnValues="UPDATED_OLD")
    removed = table.update(KEY, "REMOVE a", ReturnValues="UPDATED_NEW")

    assert [answer.get("Attributes") for answer in (old, updated, removed)] == [None, None, None]


def test_update_item_returns_the_updated_part_of_a_document_only(tables: FreshTables):
    table = tables.create("id")
    table.put({**KEY, "m": {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}, "l": {"L": [{"S": "p"}, {"S": "q"}]}})
    values = {":v": {"N": "9"}, ":r": {"S": "r"}}
    answer = table.update(KEY, "SET m.x = :v, l[1] = :r", values, ReturnValues="UPDATED_NEW")

    assert answer["Attributes"] == {"m": {"M": {"x": {"N": "9"}}}, "l": {"L": [{"S": "r"}]}}


@pytest.mark.parametrize("returns", ["NONE", "ALL_OLD"])
def test_put_and_delete_return_the_old_item_when_asked(tables: FreshTables, returns: str):
    table = tables.create("id")
    first = table.put(OLD, ReturnValues=returns)
    put = table.put(NEW, ReturnValues=returns)
    deleted = table.delete_item(Key=KEY, ReturnValues=returns)
    again = table.delete_item(Key=KEY, ReturnValues=returns)

    expected = [None, OLD, NEW, None] if returns == "ALL_OLD" else [None] * 4
    assert [answer.get("Attributes") for answer in (first, put, deleted, again)] == expected


@pytest.mark.parametrize("returns", ["ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
def test_put_and_delete_return_nothing_else(tables: FreshTables, returns: str):
    table = tables.create("id")
    expected = invalid("ReturnValues can only be ALL_OLD or NONE")

    assert refused(table.put_item, Item=OLD, ReturnValues=returns) == expected
    assert refused(table.delete_item, Key=KEY, ReturnValues=returns) == expected


def test_update_item_without_an_expression_makes_an_item_of_its_key(tables: FreshTables):
    table = tables.create("id")
    table.update_item(Key=KEY)

    assert table.get(KEY) == KEY


def test_update_item_that_only_removes_makes_no_item(tables: FreshTables):
    table = tables.create("id")
    table.update(KEY, "REMOVE a")

    assert table.get(KEY) is None


FAILED = ("ConditionalCheckFailedException", "The conditional request failed")
UNLESS = {"ConditionExpression": "attribute_not_exists(id)"}


def test_a_failed_condition_changes_nothing(tables: FreshTables):
    table = tables.create("id")
    table.put(OLD)
    update = {"UpdateExpression": "REMOVE b", **UNLESS}

    assert refused(table.put_item, Item=NEW, **UNLESS) == FAILED
    assert refused(table.update_item, Key=KEY, **update) == FAILED
    assert refused(table.delete_item, Key=KEY, **UNLESS) == FAILED
    assert table.get(KEY) == OLD


@pytest.mark.parametrize("tells", ["ALL_OLD", "NONE"])
def test_a_failed_condition_tells_the_item_when_asked(tables: FreshTables, tells: str):
    table = tables.create("id")
    table.put(OLD)
    told = []
    for call, arguments in (
        (table.put_item, {"Item": NEW}),
        (table.update_item, {"Key": KEY, "UpdateExpression": "REMOVE b"}),
        (table.delete_item, {"Key": KEY}),
    ):
        with pytest.raises(ClientError) as caught:
            call(**arguments, **UNLESS, ReturnValuesOnConditionCheckFailure=tells)
        told.append(caught.value.response.get("Item"))

    assert told == [OLD if tells == "ALL_OLD" else None] * 3


def test_a_condition_on_a_missing_item_tells_no_item(tables: FreshTables):
    table = tables.create("id")
    with pytest.raises(ClientError) as caught:
        table.delete_item(
            Key=KEY,
            ConditionExpression="attribute_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    assert "Item" not in caught.value.response


def test_conditions_let_one_of_many_writers_through(tables: FreshTables):
    table = tables.create("id")
    table.put({**KEY, "version": {"N": "1"}})
    outcomes = []
    for _ in range(3):
        try:
            table.update(
                KEY,
                "SET version = version + :one",
                {":one": {"N": "1"}},
                ConditionExpression="version = :one",
            )
            outcomes.append("written")
        except table.client.exceptions.ConditionalCheckFailedException:
            outcomes.append("failed")

    assert outcomes == ["written", "failed", "failed"]
    assert table.get(KEY)["version"] == {"N": "2"}


@pytest.mark.parametrize(
    "key",
    [{}, {"id": {"N": "1"}}, {"other": {"S": "x"}}, {**KEY, "more": {"S": "x"}}, {"id": {"NULL": True}}],
)
def test_a_key_that_is_not_the_tables_is_refused(tables: FreshTables, key: dict):
    table = tables.create("id")
    expected = invalid("The provided key element does not match the schema")

    for operation in (table.get_item, table.delete_item, table.update_item):
        assert refused(operation, Key=key) == expected


def test_an_item_without_its_key_is_refused(tables: FreshTables):
    table = tables.create("id", "at:N")
    wrong = "One or more parameter values were invalid: "

    assert refused(table.put_item, Item=KEY) == invalid(f"{wrong}Missing the key at in the item")
    assert refused(table.put_item, Item={**KEY, "at": {"S": "1"}}) == invalid(
        f"{wrong}Type mismatch for key at expected: N actual: S"
    )


def test_an_update_leaves_the_key_alone(tables: FreshTables):
    table = tables.create("id")
    values = {":v": {"S": "two"}}

    assert refused(
        table.update_item, Key=KEY, UpdateExpression="SET id = :v", ExpressionAttributeValues=values
    ) == invalid(
        "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key"
    )


def test_consumed_capacity_is_counted_as_aws_counts_it(tables: FreshTables):
    table = tables.create("id")
    large = {**KEY, "data": {"S": "x" * 5000}}
    put = table.put(large, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    lazy = table.get_item(Key=KEY, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    strict = table.get_item(Key=KEY, ConsistentRead=True, ReturnConsumedCapacity="INDEXES")
    deleted = table.delete_item(Key={"id": {"S": "none"}}, ReturnConsumedCapacity="TOTAL")

    assert put == {"TableName": table.name, "CapacityUnits": 5.0}
    assert lazy == {"TableName": table.name, "CapacityUnits": 1.0}
    assert strict["ConsumedCapacity"] == {
        "TableName": table.name,
        "CapacityUnits": 2.0,
        "Table": {"CapacityUnits": 2.0},
    }
    assert deleted["ConsumedCapacity"]["CapacityUnits"] == 1.0


def test_item_collection_metrics_are_told_of_tables_with_local_indexes(tables: FreshTables):
    from_index = {"IndexName": "local", "KeySchema": [], "Projection": {"ProjectionType": "KEYS_ONLY"}}
    from_index["KeySchema"] = [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "other", "KeyType": "RANGE"},
    ]
    local = tables.create("id", "at", defined=["other"], LocalSecondaryIndexes=[from_index])
    plain = tables.create("id", "at")
    item = {**KEY, "at": {"S": "x"}}
    told = local.put(item, ReturnItemCollectionMetrics="SIZE")["ItemCollectionMetrics"]

    assert told["ItemCollectionKey"] == KEY
    assert len(told["SizeEstimateRangeGB"]) == 2
    assert "ItemCollectionMetrics" not in plain.put(item, ReturnItemCollectionMetrics="SIZE")


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("put_item", {"Item": KEY}),
        ("get_item", {"Key": KEY}),
        ("update_item", {"Key": KEY}),
        ("delete_item", {"Key": KEY}),
        ("scan", {}),
    ],
)
def test_a_missing_table_is_not_named_by_the_operations_on_items(
    tables: FreshTables, operation: str, arguments: dict
):
    assert refused(getattr(tables.client, operation), TableName="nowhere", **arguments) == (
        "ResourceNotFoundException",
        "Requested resource not found",
    )


def test_parameters_from_before_expressions_do_not_mix_with_them(tables: FreshTables):
    table = tables.create("id")

    assert refused(
        table.put_item,
        Item=KEY,
        Expected={"id": {"Exists": False}},
        ConditionExpression="attribute_not_exists(id)",
    ) == invalid(
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"
    )


@pytest.mark.parametrize("name", ["a;bc", ""])
def test_a_name_no_table_can_have_is_refused(tables: FreshTables, name: str):
    code, message = refused(tables.unchecked.get_item, TableName=name, Key=KEY)

    assert code == "ValidationException"
    assert message.startswith(f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy")
