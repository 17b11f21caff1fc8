"""BatchWriteItem and BatchGetItem, over the wire."""

from typing import Any

from tests.api.fresh_tables import FreshTables, invalid, refused


def key(number: int) -> dict[str, Any]:
    return {"id": {"N": str(number)}}


def put(item: dict[str, Any]) -> dict[str, Any]:
    return {"PutRequest": {"Item": item}}


def delete(number: int) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": key(number)}}


def test_a_batch_writes_to_several_tables(tables: FreshTables):
    one, two = tables.create("id:N"), tables.create("id:N")
    two.put(key(9))
    answer = tables.client.batch_write_item(
        RequestItems={one.name: [put(key(1)), put(key(2))], two.name: [delete(9), delete(8), put(key(3))]},
        ReturnConsumedCapacity="TOTAL",
    )
    got = tables.client.batch_get_item(
        RequestItems={one.name: {"Keys": [key(1), key(2), key(3)]}, two.name: {"Keys": [key(3), key(9)]}}
    )

    assert answer["UnprocessedItems"] == {}
    units = {one["TableName"]: one["CapacityUnits"] for one in answer["ConsumedCapacity"]}
    assert units == {one.name: 2.0, two.name: 3.0}
    assert sorted(int(item["id"]["N"]) for item in got["Responses"][one.name]) == [1, 2]
    assert got["Responses"][two.name] == [key(3)]
    assert got["UnprocessedKeys"] == {}


def test_a_batch_of_gets_ends_at_16_megabytes_and_says_what_is_left(tables: FreshTables):
    table = tables.create("id:N")
    for number in range(48):
        table.put({**key(number), "v": {"S": "x" * 390_000}})
    request: dict[str, Any] = {table.name: {"Keys": [key(number) for number in range(48)]}}
    first = tables.client.batch_get_item(RequestItems=request)
    rest = tables.client.batch_get_item(RequestItems=first["UnprocessedKeys"])

    ids = [int(item["id"]["N"]) for answer in (first, rest) for item in answer["Responses"][table.name]]
    assert len(first["Responses"][table.name]) == 16 * 1024 * 1024 // 390_004
    assert sorted(ids) == list(range(48))
    assert rest["UnprocessedKeys"] == {}


def test_a_batch_is_as_large_as_aws_lets_it_be(tables: FreshTables):
    table = tables.create("id:N")
    tables.client.batch_write_item(RequestItems={table.name: [put(key(n)) for n in range(25)]})
    got = tables.client.batch_get_item(RequestItems={table.name: {"Keys": [key(n) for n in range(100)]}})
    too_many_writes = refused(
        tables.client.batch_write_item, RequestItems={table.name: [put(key(n)) for n in range(26)]}
    )
    too_many_gets = refused(
        tables.client.batch_get_item, RequestItems={table.name: {"Keys": [key(n) for n in range(101)]}}
    )

    assert len(got["Responses"][table.name]) == 25
    for code, message in (too_many_writes, too_many_gets):
        assert code == "ValidationException"
        assert "Member must have length less than or equal to" in message or "Too many items" in message


def test_a_batch_names_an_item_once(tables: FreshTables):
    table = tables.create("id:N")
    expected = invalid("Provided list of item keys contains duplicates")

    for twice in ([put(key(1)), delete(1)], [put(key(1)), put({"id": {"N": "1.0"}})]):
        assert refused(tables.client.batch_write_item, RequestItems={table.name: twice}) == expected
    assert (
        refused(tables.client.batch_get_item, RequestItems={table.name: {"Keys": [key(1), key(1)]}})
        == expected
    )
    assert table.scan()["Items"] == []


def test_a_refused_batch_writes_nothing(tables: FreshTables):
    table = tables.create("id:N")
    wrong = [put(key(1)), put({"id": {"S": "1"}})]
    large = [put(key(1)), put({**key(2), "v": {"S": "x" * 410_000}})]
    client = tables.client

    assert refused(client.batch_write_item, RequestItems={table.name: wrong}) == invalid(
        "The provided key element does not match the schema"
    )
    assert refused(client.batch_write_item, RequestItems={table.name: large}) == invalid(
        "Item size has exceeded the maximum allowed size"
    )
    assert refused(
        client.batch_write_item, RequestItems={table.name: [put(key(1))], "nowhere": [put(key(1))]}
    ) == ("ResourceNotFoundException", "Requested resource not found")
    assert table.scan()["Items"] == []


def test_an_empty_batch_is_refused(tables: FreshTables):
    table = tables.create("id:N")

    assert refused(tables.unchecked.batch_write_item, RequestItems={}) == invalid(
        "The requestItems parameter is required for BatchWriteItem"
    )
    assert refused(tables.unchecked.batch_get_item, RequestItems={table.name: {"Keys": []}})[0] == (
        "ValidationException"
    )
