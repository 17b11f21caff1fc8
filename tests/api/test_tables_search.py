"""Query and Scan: order, key conditions, pages, filters and segments, over the wire."""

import pytest
from tests.api.fresh_tables import FreshTable, FreshTables, invalid, refused

P = {"p": {"S": "p"}}


def rows(table: FreshTable, operation: str, **arguments: object) -> list[dict]:
    """All items of all pages."""
    found: list[dict] = []
    while True:
        answer = getattr(table, operation)(**arguments)
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return found
        arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def filled(tables: FreshTables, kind: str, sort_keys: list) -> FreshTable:
    table = tables.create("p", f"r:{kind}")
    table.fill([{**P, "r": {kind: key}} for key in sort_keys])
    table.put({"p": {"S": "other"}, "r": {kind: sort_keys[0]}})
    return table


def ranges(answer: dict | list) -> list:
    items = answer["Items"] if isinstance(answer, dict) else answer
    return [next(iter(item["r"].values())) for item in items]


def query(table: FreshTable, **arguments: object) -> dict:
    values = {":p": P["p"], **arguments.pop("values", {})}
    condition = " AND ".join(["p = :p", *arguments.pop("and_", ())])
    return table.query(KeyConditionExpression=condition, ExpressionAttributeValues=values, **arguments)


@pytest.mark.parametrize(
    ("kind", "ordered"),
    [
        ("S", ["A", "a", "aa", "b", "é", "\uffee", "😀"]),
        ("N", ["-1000000", "-1", "-0.5", "0", "0.000001", "2", "10", "1" + "0" * 100]),
        ("B", [b"\x00", b"\x00\x00", b"\x01", b"\x7f", b"\x80", b"\xff", b"\xff\xff"]),
    ],
)
def test_a_query_gives_a_partition_in_the_order_of_its_sort_keys(
    tables: FreshTables, kind: str, ordered: list
):
    table = filled(tables, kind, ordered[::2] + ordered[1::2])

    assert ranges(query(table)) == ordered
    assert ranges(query(table, ScanIndexForward=False)) == ordered[::-1]


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("r = :a", {":a": "3"}, ["3"]),
        ("r < :a", {":a": "3"}, ["1", "2"]),
        ("r <= :a", {":a": "3"}, ["1", "2", "3"]),
        ("r > :a", {":a": "3"}, ["4", "10"]),
        ("r >= :a", {":a": "3.5"}, ["4", "10"]),
        ("r BETWEEN :a AND :b", {":a": "2", ":b": "4"}, ["2", "3", "4"]),
        ("r = :a", {":a": "99"}, []),
    ],
)
def test_a_key_condition_picks_a_range(tables: FreshTables, condition: str, values: dict, expected: list):
    table = filled(tables, "N", ["1", "2", "3", "4", "10"])
    given = {name: {"N": value} for name, value in values.items()}
    answer = query(table, and_=[condition], values=given)

    assert ranges(answer) == expected
    assert (answer["Count"], answer["ScannedCount"]) == (len(expected), len(expected))


def test_begins_with_picks_a_prefix_of_strings_and_of_binaries(tables: FreshTables):
    texts = filled(tables, "S", ["a", "ab", "ab\uffff", "abc", "ac", "b"])
    binaries = filled(tables, "B", [b"\x01", b"\x01\xff", b"\x01\xff\xff", b"\x02"])
    condition = ["begins_with(r, :a)"]

    assert ranges(query(texts, and_=condition, values={":a": {"S": "ab"}})) == ["ab", "abc", "ab\uffff"]
    assert ranges(query(binaries, and_=condition, values={":a": {"B": b"\x01\xff"}})) == [
        b"\x01\xff",
        b"\x01\xff\xff",
    ]


@pytest.mark.parametrize("forward", [True, False])
def test_a_query_goes_on_where_its_page_ended(tables: FreshTables, forward: bool):
    keys = [str(number) for number in range(10)]
    table = filled(tables, "N", keys)
    pages, start = [], {}
    while True:
        answer = query(table, Limit=4, ScanIndexForward=forward, **start)
        pages.append(ranges(answer))
        if "LastEvaluatedKey" not in answer:
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    expected = keys if forward else keys[::-1]
    assert pages == [expected[:4], expected[4:8], expected[8:]]


def test_a_limit_that_is_just_met_still_promises_more(tables: FreshTables):
    table = filled(tables, "N", ["1", "2"])
    full = query(table, Limit=2)
    rest = query(table, Limit=2, ExclusiveStartKey=full["LastEvaluatedKey"])

    assert full["LastEvaluatedKey"] == {**P, "r": {"N": "2"}}
    assert (rest["Items"], "LastEvaluatedKey" in rest) == ([], False)


def test_a_start_key_needs_no_item(tables: FreshTables):
    table = filled(tables, "N", ["1", "3"])

    assert ranges(query(table, ExclusiveStartKey={**P, "r": {"N": "2"}})) == ["3"]


def test_limit_counts_items_before_the_filter(tables: FreshTables):
    table = filled(tables, "N", ["1", "2", "3"])
    table.put({**P, "r": {"N": "2"}, "v": {"S": "yes"}})
    answer = query(table, Limit=2, FilterExpression="attribute_exists(v)")

    assert (answer["Count"], answer["ScannedCount"], ranges(answer)) == (1, 2, ["2"])
    assert answer["LastEvaluatedKey"]["r"] == {"N": "2"}


def test_a_page_ends_at_one_megabyte(tables: FreshTables):
    table = tables.create("p", "r:N")
    blob = "x" * 100_000
    for start in range(0, 24, 8):
        table.fill([{**P, "r": {"N": str(n)}, "v": {"S": blob}} for n in range(start, start + 8)])
    first = query(table)
    scanned = table.scan()
    nothing = query(table, FilterExpression="attribute_not_exists(v)")
    counted = query(table, Select="COUNT")

    assert first["Count"] == scanned["Count"] == counted["Count"] == 11
    assert (nothing["Count"], nothing["ScannedCount"], nothing["Items"]) == (0, 11, [])
    assert first["LastEvaluatedKey"] == nothing["LastEvaluatedKey"] == {**P, "r": {"N": "10"}}
    assert "Items" not in counted
    assert ranges(rows(table, "scan")) == [str(n) for n in range(24)]


def test_segments_share_the_table_out(tables: FreshTables):
    table = tables.create("id")
    table.fill([{"id": {"S": f"item {number}"}} for number in range(100)])
    segments = [rows(table, "scan", TotalSegments=7, Segment=number, Limit=9) for number in range(7)]
    names = [item["id"]["S"] for segment in segments for item in segment]

    assert sorted(names) == sorted(f"item {number}" for number in range(100))
    assert sum(bool(segment) for segment in segments) > 4


def test_a_scan_gives_every_item_once(tables: FreshTables):
    table = tables.create("id:N")
    table.fill([{"id": {"N": str(number)}} for number in range(60)])

    assert sorted(int(item["id"]["N"]) for item in rows(table, "scan", Limit=7)) == list(range(60))


def test_select_and_projection_choose_what_comes_back(tables: FreshTables):
    table = tables.create("p", "r:N")
    table.put({**P, "r": {"N": "1"}, "a": {"S": "a"}, "b": {"S": "b"}})

    assert query(table, ProjectionExpression="a")["Items"] == [{"a": {"S": "a"}}]
    assert query(table, Select="SPECIFIC_ATTRIBUTES", ProjectionExpression="b")["Items"] == [
        {"b": {"S": "b"}}
    ]
    assert table.scan(Select="COUNT")["Count"] == 1


def test_capacity_of_a_page_is_that_of_its_bytes(tables: FreshTables):
    table = tables.create("p", "r:N")
    table.fill([{**P, "r": {"N": str(n)}, "v": {"S": "x" * 3000}} for n in range(1, 5)])
    lazy = query(table, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    strict = table.scan(ConsistentRead=True, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]

    assert lazy == {"TableName": table.name, "CapacityUnits": 1.5}
    assert strict == {"TableName": table.name, "CapacityUnits": 3.0}


V = {":p": P["p"], ":v": {"N": "1"}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {},
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ),
        (
            {"KeyConditionExpression": "r = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}},
            "Query condition missed key schema element: p",
        ),
        (
            {"KeyConditionExpression": "p = :p AND v = :v", "ExpressionAttributeValues": V},
            "Query condition missed key schema element: r",
        ),
        (
            {"KeyConditionExpression": "p > :p", "ExpressionAttributeValues": {":p": P["p"]}},
            "Query key condition not supported",
        ),
        (
            {"KeyConditionExpression": "p = :p AND r <> :v", "ExpressionAttributeValues": V},
            "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: <>",
        ),
        (
            {"KeyConditionExpression": "p = :p OR r = :v", "ExpressionAttributeValues": V},
            "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: OR",
        ),
        (
            {"KeyConditionExpression": "p = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}},
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            {
                "KeyConditions": {"p": {"AttributeValueList": [P["p"]], "ComparisonOperator": "EQ"}},
                "KeyConditionExpression": "p = :p",
                "ExpressionAttributeValues": {":p": P["p"]},
            },
            "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {KeyConditions} Expression parameters: {KeyConditionExpression}",
        ),
        (
            {
                "KeyConditionExpression": "p = :p",
                "FilterExpression": "r = :v",
                "ExpressionAttributeValues": V,
            },
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: r",
        ),
        (
            {
                "KeyConditionExpression": "p = :p",
                "ExpressionAttributeValues": {":p": P["p"]},
                "IndexName": "nosuch",
            },
            "The table does not have the specified index: nosuch",
        ),
        (
            {
                "KeyConditionExpression": "p = :p",
                "ExpressionAttributeValues": {":p": P["p"]},
                "ExclusiveStartKey": {"p": {"S": "another"}, "r": {"N": "1"}},
            },
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        (
            {
                "KeyConditionExpression": "p = :p",
                "ExpressionAttributeValues": {":p": P["p"]},
                "Select": "ALL_PROJECTED_ATTRIBUTES",
            },
            "1 validation error detected: "
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
        (
            {
                "KeyConditionExpression": "p = :p AND r BETWEEN :b AND :a",
                "ExpressionAttributeValues": {":p": P["p"], ":a": {"N": "1"}, ":b": {"N": "2"}},
            },
            "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or "
            "equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: "
            "AttributeValue: {N:1}",
        ),
    ],
)
def test_a_query_is_refused_with_the_words_of_aws(tables: FreshTables, arguments: dict, message: str):
    table = tables.create("p", "r:N")

    assert refused(table.query, **arguments) == invalid(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"Segment": 0},
            "The TotalSegments parameter is required but was not present in the request when Segment "
            "parameter is present",
        ),
        (
            {"TotalSegments": 2},
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present",
        ),
        (
            {"Segment": 2, "TotalSegments": 2},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 2 is not less than TotalSegments: 2",
        ),
        (
            {"Segment": 0, "TotalSegments": 1_000_001},
            "1 validation error detected: Value '1000001' at 'totalSegments' failed to satisfy constraint: "
            "Member must have value less than or equal to 1000000",
        ),
        (
            {"ExclusiveStartKey": {"p": {"S": "x"}}},
            "The provided starting key is invalid: The provided key element does not match the schema",
        ),
    ],
)
def test_a_scan_is_refused_with_the_words_of_aws(tables: FreshTables, arguments: dict, message: str):
    table = tables.create("p", "r:N")

    assert refused(table.scan, **arguments) == invalid(message)


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_a_page_holds_at_least_one_item(tables: FreshTables, operation: str):
    table = tables.create("p", "r:N")
    code, message = refused(getattr(tables.unchecked, operation), TableName=table.name, Limit=0)

    assert code == "ValidationException"
    assert "greater than or equal to 1" in message
