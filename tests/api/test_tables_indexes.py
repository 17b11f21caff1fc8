"""Global and local secondary indexes, over the wire."""

from typing import Any

import pytest
from tests.api.fresh_tables import FreshTable, FreshTables, definitions, index, invalid, refused

WRONG = "One or more parameter values were invalid: "


def order(number: int, **more: dict[str, Any]) -> dict[str, Any]:
    return {"id": {"S": f"order {number:02}"}, "n": {"N": str(number)}, **more}


def of_customer(table: FreshTable, name: str = "ann", **arguments: Any) -> dict[str, Any]:
    return table.query(
        IndexName="by-customer",
        KeyConditionExpression="customer = :c",
        ExpressionAttributeValues={":c": {"S": name}},
        **arguments,
    )


def orders(tables: FreshTables, *, projection: Any = "ALL", sort: str = "at") -> FreshTable:
    keys = ("customer", sort) if sort else ("customer",)
    return tables.create(
        "id",
        defined=["customer", *([f"{sort}:N"] if sort else [])],
        GlobalSecondaryIndexes=[index("by-customer", *keys, projection=projection)],
    )


def sold(number: int, at: int, customer: str = "ann", **more: Any) -> dict[str, Any]:
    return order(number, customer={"S": customer}, at={"N": str(at)}, **more)


def numbers(answer: dict[str, Any]) -> list[int]:
    return [int(item["id"]["S"].split()[1]) for item in answer["Items"]]


def test_a_global_index_has_only_the_items_with_its_whole_key(tables: FreshTables):
    table = orders(tables)
    table.fill([sold(1, 5), order(2), order(3, customer={"S": "ann"}), order(4, at={"N": "1"})])

    assert numbers(of_customer(table)) == [1]
    assert table.scan(IndexName="by-customer")["Count"] == 1
    assert table.describe()["GlobalSecondaryIndexes"][0]["ItemCount"] == 1


def test_items_move_in_an_index_as_their_attributes_change(tables: FreshTables):
    table = orders(tables)
    table.fill([sold(1, 5), sold(2, 6)])
    table.update(
        {"id": {"S": "order 01"}}, "SET #at = :v", {":v": {"N": "9"}}, ExpressionAttributeNames={"#at": "at"}
    )
    moved = numbers(of_customer(table))
    table.update({"id": {"S": "order 01"}}, "SET customer = :v", {":v": {"S": "bob"}})
    given = numbers(of_customer(table)), numbers(of_customer(table, "bob"))
    table.update({"id": {"S": "order 01"}}, "REMOVE customer")
    table.delete_item(Key={"id": {"S": "order 02"}})

    assert (moved, given) == ([2, 1], ([2], [1]))
    assert table.scan(IndexName="by-customer")["Items"] == []
    assert table.scan()["Count"] == 1


@pytest.mark.parametrize(
    ("projection", "names"),
    [
        ("ALL", {"id", "n", "customer", "at", "note"}),
        ("KEYS_ONLY", {"id", "customer", "at"}),
        (["note"], {"id", "customer", "at", "note"}),
    ],
)
def test_an_index_holds_what_it_projects(tables: FreshTables, projection: Any, names: set):
    table = orders(tables, projection=projection)
    table.put(sold(1, 5, note={"S": "fragile"}))
    described = table.describe()["GlobalSecondaryIndexes"][0]["Projection"]

    assert set(of_customer(table)["Items"][0]) == names
    assert set(table.scan(IndexName="by-customer")["Items"][0]) == names
    assert described["ProjectionType"] == ("INCLUDE" if isinstance(projection, list) else projection)


def test_a_global_index_gives_nothing_it_does_not_project(tables: FreshTables):
    table = orders(tables, projection="KEYS_ONLY")

    assert refused(of_customer, table=table, Select="ALL_ATTRIBUTES") == invalid(
        f"{WRONG}Select type ALL_ATTRIBUTES is not supported for global secondary index by-customer because "
        "its projection type is not ALL"
    )
    assert refused(of_customer, table=table, ProjectionExpression="n") == invalid(
        f"{WRONG}Global secondary index by-customer does not project [n]"
    )
    assert refused(of_customer, table=table, ConsistentRead=True) == invalid(
        "Consistent reads are not supported on global secondary indexes"
    )


@pytest.mark.parametrize("forward", [True, False])
def test_equal_index_keys_are_all_found_page_by_page(tables: FreshTables, forward: bool):
    table = orders(tables)
    table.fill([sold(number, at=number // 5) for number in range(15)])
    found, last, start = [], [], {}
    while True:
        answer = of_customer(table, Limit=4, ScanIndexForward=forward, **start)
        found += numbers(answer)
        if "LastEvaluatedKey" not in answer:
            break
        last.append(set(answer["LastEvaluatedKey"]))
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    times = [number // 5 for number in found]
    assert sorted(found) == list(range(15))
    assert times == sorted(times, reverse=not forward)
    assert last == [{"id", "customer", "at"}] * 3


def test_a_scan_of_an_index_goes_on_where_its_page_ended(tables: FreshTables):
    table = orders(tables, sort="")
    table.fill([order(number, customer={"S": f"c{number % 3}"}) for number in range(20)])
    found, start = [], {}
    while True:
        answer = table.scan(IndexName="by-customer", Limit=3, **start)
        found += numbers(answer)
        if "LastEvaluatedKey" not in answer:
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    assert sorted(found) == list(range(20))


def create_index(table: FreshTable, *attributes: str, **more: Any) -> dict[str, Any]:
    keys = [attribute.partition(":")[0] for attribute in attributes]
    return table.update_table(
        AttributeDefinitions=definitions(*attributes),
        GlobalSecondaryIndexUpdates=[{"Create": index("by-customer", *keys, **more)}],
    )["TableDescription"]


def test_an_index_added_to_a_live_table_finds_what_was_there_and_what_comes(tables: FreshTables):
    table = tables.create("id")
    table.fill([sold(number, at=number, customer="ann" if number % 2 else "bob") for number in range(1, 21)])
    answer = create_index(table, "customer", "at:N")
    ready = table.describe()["GlobalSecondaryIndexes"][0]
    table.put(sold(99, at=0))

    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert (ready["IndexStatus"], ready["ItemCount"]) == ("ACTIVE", 20)
    assert numbers(of_customer(table)) == [99, *range(1, 21, 2)]
    assert table.describe()["AttributeDefinitions"] == definitions("at:N", "customer", "id")


def test_an_index_added_to_a_live_table_passes_over_items_that_do_not_fit(tables: FreshTables):
    table = tables.create("id")
    table.fill([sold(1, at=1), order(2, customer={"N": "7"}, at={"N": "1"}), order(3)])
    create_index(table, "customer", "at:N")

    assert numbers(table.scan(IndexName="by-customer")) == [1]


def test_a_deleted_index_is_gone_and_can_be_made_anew(tables: FreshTables):
    table = orders(tables)
    table.put(sold(1, 5))
    delete = [{"Delete": {"IndexName": "by-customer"}}]
    table.update_table(GlobalSecondaryIndexUpdates=delete)
    gone = refused(of_customer, table=table)
    described = table.describe()
    table.put(sold(2, 1))
    create_index(table, "customer")

    assert gone == invalid("The table does not have the specified index: by-customer")
    assert "GlobalSecondaryIndexes" not in described
    assert described["AttributeDefinitions"] == definitions("id")
    assert sorted(numbers(of_customer(table))) == [1, 2]


def test_an_index_is_made_once_and_only_deleted_when_there(tables: FreshTables):
    table = orders(tables)
    missing = [{"Delete": {"IndexName": "nosuch"}}]
    two = [{"Create": index(name, "x")} for name in ("one", "two")]

    assert refused(table.update_table, GlobalSecondaryIndexUpdates=missing)[0] == "ResourceNotFoundException"
    assert refused(
        table.update_table, AttributeDefinitions=definitions("x"), GlobalSecondaryIndexUpdates=two
    ) == (
        "LimitExceededException",
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    )
    assert refused(
        table.update_table,
        AttributeDefinitions=definitions("x"),
        GlobalSecondaryIndexUpdates=[{"Create": index("by-customer", "x")}],
    ) == invalid("Attempting to create an index which already exists")


def test_an_index_key_has_the_type_it_is_defined_with(tables: FreshTables):
    table = orders(tables)
    wrong_type = {**sold(1, 5), "at": {"S": "5"}}
    empty = {**sold(1, 5), "customer": {"S": ""}}
    type_error = invalid(
        f"{WRONG}Type mismatch for Index Key at Expected: N Actual: S IndexName: by-customer"
    )
    empty_error = invalid(
        "One or more parameter values are not valid. A value specified for a secondary index key is not "
        "supported. The AttributeValue for a key attribute cannot contain an empty string value. "
        "IndexName: by-customer, IndexKey: customer"
    )
    update_error = invalid(
        "One or more parameter values are not valid. The update expression attempted to update a secondary index "
        "key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty "
        "string value."
    )
    update = {"UpdateExpression": "SET customer = :e", "ExpressionAttributeValues": {":e": {"S": ""}}}

    assert refused(table.put_item, Item=wrong_type) == type_error
    assert refused(table.put_item, Item=empty) == empty_error
    assert refused(table.update_item, Key={"id": {"S": "x"}}, **update) == update_error


def local(tables: FreshTables, projection: Any) -> FreshTable:
    table = tables.create(
        "p",
        "r:N",
        defined=["s:N"],
        LocalSecondaryIndexes=[index("by-s", "p", "s", projection=projection)],
    )
    for r, s in ((1, 30), (2, 20), (3, 10), (4, 20)):
        table.put({"p": {"S": "p"}, "r": {"N": str(r)}, "s": {"N": str(s)}, "v": {"S": f"v{r}"}})
    table.put({"p": {"S": "p"}, "r": {"N": "5"}})
    return table


def by_s(table: FreshTable, **arguments: Any) -> list[dict[str, Any]]:
    return table.query(
        IndexName="by-s",
        KeyConditionExpression="p = :p",
        ExpressionAttributeValues={":p": {"S": "p"}},
        **arguments,
    )["Items"]


def test_a_local_index_orders_a_partition_anew(tables: FreshTables):
    table = local(tables, "ALL")

    assert [item["r"]["N"] for item in by_s(table, ConsistentRead=True)] == ["3", "2", "4", "1"]
    assert [item["r"]["N"] for item in by_s(table, ScanIndexForward=False)] == ["1", "4", "2", "3"]
    assert table.scan(IndexName="by-s")["Count"] == 4


def test_a_local_index_fetches_from_the_table_what_it_does_not_project(tables: FreshTables):
    table = local(tables, "KEYS_ONLY")

    assert set(by_s(table)[0]) == {"p", "r", "s"}
    assert by_s(table, ProjectionExpression="v")[0] == {"v": {"S": "v3"}}
    assert by_s(table, Select="ALL_ATTRIBUTES")[0]["v"] == {"S": "v3"}


def test_a_write_counts_the_index_rows_it_changes(tables: FreshTables):
    table = orders(tables)
    capacity = table.put(sold(1, 5), ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    sparse = table.put(order(2), ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]

    assert capacity == {
        "TableName": table.name,
        "CapacityUnits": 2.0,
        "Table": {"CapacityUnits": 1.0},
        "GlobalSecondaryIndexes": {"by-customer": {"CapacityUnits": 1.0}},
    }
    assert sparse["CapacityUnits"] == 1.0


def test_an_index_key_is_as_long_as_aws_lets_it_be(tables: FreshTables):
    table = tables.create("id", defined=["c", "d"], GlobalSecondaryIndexes=[index("by-customer", "c", "d")])
    fits = {"id": {"S": "fits"}, "c": {"S": "x" * 2048}, "d": {"S": "y" * 1024}}
    table.put(fits)
    update = {"UpdateExpression": "SET c = :v", "ExpressionAttributeValues": {":v": {"S": "x" * 2049}}}
    hash_error = invalid(f"{WRONG}Size of hashkey has exceeded the maximum size limit of2048 bytes")

    assert table.scan(IndexName="by-customer")["Items"] == [fits]
    assert refused(table.put_item, Item={**fits, "c": {"S": "x" * 2049}}) == hash_error
    assert refused(table.update_item, Key={"id": {"S": "fits"}}, **update) == hash_error
    assert refused(table.put_item, Item={**fits, "d": {"S": "y" * 1025}}) == invalid(
        f"{WRONG}Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    )


def test_an_index_added_to_a_live_table_passes_over_keys_that_are_empty_or_too_long(tables: FreshTables):
    table = tables.create("id")
    contents = ("", "ann", "x" * 2049)
    table.fill([order(number, customer={"S": content}) for number, content in enumerate(contents)])
    create_index(table, "customer")
    found = numbers(table.scan(IndexName="by-customer"))
    for number in range(3):
        table.delete_item(Key={"id": {"S": f"order {number:02}"}})

    assert found == [1]
    assert table.scan(IndexName="by-customer")["Items"] == []
    assert table.describe()["GlobalSecondaryIndexes"][0]["ItemCount"] == 0


def test_a_new_index_leaves_the_types_of_known_attributes_alone(tables: FreshTables):
    table = tables.create("id")
    updates = [{"Create": index("by-customer", "customer")}]
    table.update_table(
        AttributeDefinitions=definitions("id:N", "customer"), GlobalSecondaryIndexUpdates=updates
    )
    table.put(order(1, customer={"S": "ann"}))

    assert table.describe()["AttributeDefinitions"] == definitions("customer", "id")
    assert numbers(of_customer(table)) == [1]


def test_a_new_index_has_its_key_defined_in_its_own_request(tables: FreshTables):
    table = tables.create("id")
    create = [{"Create": index("by-customer", "customer", "id")}]

    assert refused(
        table.update_table, AttributeDefinitions=definitions("customer"), GlobalSecondaryIndexUpdates=create
    ) == invalid("Invalid KeySchema: Some index key attribute have no definition")
    assert refused(
        table.update_table,
        AttributeDefinitions=definitions("customer", "x"),
        GlobalSecondaryIndexUpdates=create,
    ) == invalid(
        f"{WRONG}Some index key attributes are not defined in AttributeDefinitions. "
        "Keys: [customer, id], AttributeDefinitions: [customer, x]"
    )


def test_an_index_with_several_key_attributes_is_searched_from_the_left(tables: FreshTables):
    several = [("league", "HASH"), ("region", "HASH"), ("round", "RANGE"), ("score", "RANGE")]
    table = tables.create(
        "id",
        defined=["league", "region", "round", "score:N"],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "of-league",
                "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in several],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    for number, stage in enumerate(["final", "semi", "semi", "semi"]):
        match = {"league": {"S": "cup"}, "region": {"S": "eu"}, "round": {"S": stage}}
        table.fill([{"id": {"S": f"match {number}"}, "score": {"N": str(10 - number)}, **match}])
    values = {":l": {"S": "cup"}, ":e": {"S": "eu"}, ":r": {"S": "semi"}, ":s": {"N": "7"}}
    asked: dict[str, Any] = {
        "IndexName": "of-league",
        "KeyConditionExpression": "league = :l AND #e = :e AND #r = :r AND score > :s",
        "ExpressionAttributeNames": {"#e": "region", "#r": "round"},
        "ExpressionAttributeValues": values,
    }
    first = table.query(**asked, Limit=1)

    assert numbers(first) == [2]
    assert set(first["LastEvaluatedKey"]) == {"id", *(name for name, _ in several)}
    assert numbers(table.query(**asked, ExclusiveStartKey=first["LastEvaluatedKey"])) == [1]
