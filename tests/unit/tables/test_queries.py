"""Query and Scan over tables and indexes."""

from tests.unit.tables.calls import SCOPE, n, run, s, schema

from millrace.core import ids
from millrace.dynamodb import backfill, catalog, index_alteration
from millrace.dynamodb.life import TableLife


async def _ten(calls, **params):
    """Partition `a` with sort keys 0 to 9, and partition `b` with one item."""
    await calls.table(keys=("id", "seq"), attributes={"seq": "N"}, **params)
    for number in range(10):
        await calls(
            "PutItem", TableName="orders", Item={"id": s("a"), "seq": n(number), "odd": n(number % 2)}
        )
    await calls("PutItem", TableName="orders", Item={"id": s("b"), "seq": n(1)})


def _query(condition="id = :id", **params):
    values = {":id": s("a")} | params.pop("values", {})
    return {
        "TableName": "orders",
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        **params,
    }


def _at(answer):
    return [int(item["seq"]["N"]) for item in answer["Items"]]


def test_a_query_finds_its_partition_in_order():
    async def test(calls):
        await _ten(calls)

        assert _at(await calls("Query", **_query())) == list(range(10))
        assert _at(await calls("Query", **_query(ScanIndexForward=False))) == list(reversed(range(10)))

    run(test)


def test_a_query_finds_the_range_its_condition_asks_for():
    async def test(calls):
        await _ten(calls)
        for condition, expected in (
            ("seq = :x", [4]),
            ("seq < :x", [0, 1, 2, 3]),
            ("seq <= :x", [0, 1, 2, 3, 4]),
            ("seq > :x", [5, 6, 7, 8, 9]),
            ("seq >= :x", [4, 5, 6, 7, 8, 9]),
        ):
            query = _query(f"id = :id AND {condition}", values={":x": n(4)})

            assert _at(await calls("Query", **query)) == expected

    run(test)


def test_pages_of_a_query_add_up_in_both_directions():
    async def test(calls):
        await _ten(calls)
        for forward in (True, False):
            found, start = [], {}
            while start is not None:
                page = await calls("Query", **_query(Limit=3, ScanIndexForward=forward, **start))
                found += _at(page)
                last = page.get("LastEvaluatedKey")
                start = {"ExclusiveStartKey": last} if last else None

            assert found == sorted(range(10), reverse=not forward)

    run(test)


def test_a_limit_counts_items_before_the_filter():
    async def test(calls):
        await _ten(calls)
        page = await calls("Query", **_query(Limit=4, FilterExpression="odd = :one", values={":one": n(1)}))

        assert (page["Count"], page["ScannedCount"]) == (2, 4)
        assert page["LastEvaluatedKey"] == {"id": s("a"), "seq": n(3)}

    run(test)


def test_a_page_ends_with_the_item_that_fills_a_mebibyte():
    async def test(calls):
        await calls.table(keys=("id", "seq"))
        for number in range(5):
            await calls(
                "PutItem",
                TableName="orders",
                Item={"id": s("a"), "seq": s(str(number)), "x": s("x" * 300 * 1024)},
            )
        page = await calls("Query", **_query())

        assert page["Count"] == 4
        assert page["LastEvaluatedKey"] == {"id": s("a"), "seq": s("3")}

    run(test)


def test_a_count_gives_no_items():
    async def test(calls):
        await _ten(calls)

        assert await calls("Query", **_query(Select="COUNT")) == {"Count": 10, "ScannedCount": 10}

    run(test)


def test_a_starting_key_must_fit_the_query():
    async def test(calls):
        await _ten(calls)

        async def refused(start, condition="id = :id", values=None):
            query = _query(condition, values=values or {}, ExclusiveStartKey=start)
            return (await calls.refused("Query", **query))[1]

        assert await refused({"id": s("a")}) == "The provided starting key is invalid"
        assert await refused({"id": s("b"), "seq": n(1)}) == (
            "The provided starting key is outside query boundaries based on provided conditions"
        )
        assert await refused({"id": s("a"), "seq": n(1)}, "id = :id AND seq > :x", {":x": n(4)}) == (
            "The provided starting key does not match the range key predicate"
        )

    run(test)


def test_a_filter_may_not_look_at_the_key():
    async def test(calls):
        await _ten(calls)

        assert (await calls.refused("Query", **_query(FilterExpression="seq = :id")))[1] == (
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: seq"
        )

    run(test)


def test_a_scan_finds_everything_once_whatever_the_segments():
    async def test(calls):
        await calls.table()
        names = {f"item{number}" for number in range(50)}
        for name in names:
            await calls("PutItem", TableName="orders", Item={"id": s(name)})
        for total in (1, 2, 7):
            found = []
            for segment in range(total):
                start = {}
                while start is not None:
                    page = await calls(
                        "Scan", TableName="orders", Segment=segment, TotalSegments=total, Limit=4, **start
                    )
                    found += [item["id"]["S"] for item in page["Items"]]
                    last = page.get("LastEvaluatedKey")
                    start = {"ExclusiveStartKey": last} if last else None

            assert sorted(found) == sorted(names)

    run(test)


def test_segments_go_together():
    async def test(calls):
        await calls.table()

        async def refused(**params):
            return (await calls.refused("Scan", TableName="orders", **params))[1]

        assert await refused(Segment=0) == (
            "The TotalSegments parameter is required but was not present in the request when "
            "Segment parameter is present"
        )
        assert await refused(Segment=2, TotalSegments=2) == (
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 2 is not less than TotalSegments: 2"
        )

    run(test)


async def _indexed(calls):
    await calls.table(
        keys=("id", "seq"),
        attributes={"who": "S", "rank": "N"},
        GlobalSecondaryIndexes=[
            _index("by-who", schema("who"), "KEYS_ONLY"),
            _index("by-who-all", schema("who", "rank"), "ALL"),
        ],
        LocalSecondaryIndexes=[_index("by-rank", schema("id", "rank"), "INCLUDE", ["x"])],
    )


def _index(name, keys, kind, attributes=None):
    projection = {"ProjectionType": kind} | ({"NonKeyAttributes": attributes} if attributes else {})
    return {"IndexName": name, "KeySchema": keys, "Projection": projection}


def _by_who(index, **params):
    return _query("who = :id", IndexName=index, **params)


FULL = {"id": s("k"), "seq": s("1"), "who": s("a"), "rank": n(1), "x": s("x"), "y": s("y")}


def test_an_index_holds_what_it_projects_of_the_items_that_have_its_key():
    async def test(calls):
        await _indexed(calls)
        await calls("PutItem", TableName="orders", Item=FULL)
        await calls("PutItem", TableName="orders", Item={"id": s("k"), "seq": s("2"), "who": s("a")})
        keys = await calls("Query", **_by_who("by-who"))
        whole = await calls("Query", **_by_who("by-who-all"))

        assert keys["Items"] == [
            {name: FULL[name] for name in ("id", "seq", "who")},
            {
                "id": s("k"),
                "seq": s("2"),
                "who": s("a"),
            },
        ]
        assert whole["Items"] == [FULL]

    run(test)


def test_an_index_follows_changes_and_deletions():
    async def test(calls):
        await _indexed(calls)
        await calls("PutItem", TableName="orders", Item=FULL)
        await calls("PutItem", TableName="orders", Item={**FULL, "who": s("b")})
        moved = await calls("Query", **_by_who("by-who-all"))
        found = await calls("Query", **_by_who("by-who-all", values={":id": s("b")}))
        table = (await calls("DescribeTable", TableName="orders"))["Table"]
        await calls("DeleteItem", TableName="orders", Key={"id": s("k"), "seq": s("1")})
        gone = await calls("Query", **_by_who("by-who-all", values={":id": s("b")}))

        assert (moved["Count"], found["Items"], gone["Count"]) == (0, [{**FULL, "who": s("b")}], 0)
        assert [index["ItemCount"] for index in table["GlobalSecondaryIndexes"]] == [1, 1]

    run(test)


def test_pages_of_an_index_start_from_all_its_keys():
    async def test(calls):
        await _indexed(calls)
        for number in range(5):
            await calls("PutItem", TableName="orders", Item={**FULL, "seq": s(str(number))})
        page = await calls("Query", **_by_who("by-who", Limit=2))
        rest = await calls("Query", **_by_who("by-who", ExclusiveStartKey=page["LastEvaluatedKey"]))

        assert page["LastEvaluatedKey"] == {"id": s("k"), "seq": s("1"), "who": s("a")}
        assert [item["seq"]["S"] for item in rest["Items"]] == ["2", "3", "4"]

    run(test)


def test_a_local_index_fetches_what_it_does_not_project_and_a_global_one_refuses():
    async def test(calls):
        await _indexed(calls)
        await calls("PutItem", TableName="orders", Item=FULL)
        local = _query(IndexName="by-rank", values={":id": s("k")})

        assert (await calls("Query", **local))["Items"] == [
            {name: FULL[name] for name in ("id", "seq", "rank", "x")}
        ]
        assert (await calls("Query", **local, ProjectionExpression="y"))["Items"] == [{"y": s("y")}]
        assert (await calls("Query", **local, Select="ALL_ATTRIBUTES"))["Items"] == [FULL]
        assert (await calls.refused("Query", **_by_who("by-who", ProjectionExpression="y")))[1] == (
            "One or more parameter values were invalid: Global secondary index by-who does not project [y]"
        )
        assert (
            "Select type ALL_ATTRIBUTES is not supported"
            in (await calls.refused("Query", **_by_who("by-who", Select="ALL_ATTRIBUTES")))[1]
        )

    run(test)


def test_an_index_key_of_the_wrong_type_is_refused():
    async def test(calls):
        await _indexed(calls)

        assert (await calls.refused("PutItem", TableName="orders", Item={**FULL, "who": n(1)}))[1] == (
            "One or more parameter values were invalid: "
            "Type mismatch for Index Key who Expected: S Actual: N IndexName: by-who"
        )

    run(test)


def test_a_new_index_is_filled_with_the_items_there_are():
    async def test(calls):
        await calls.table()
        for number in range(1200):
            await calls("PutItem", TableName="orders", Item={"id": s(str(number)), "who": s("a")})
        await calls("PutItem", TableName="orders", Item={"id": s("x")})
        await calls(
            "UpdateTable",
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": "who", "AttributeType": "S"}],
            GlobalSecondaryIndexUpdates=[{"Create": _index("by-who", schema("who"), "ALL")}],
        )
        during = await calls.refused("Query", **_by_who("by-who"))
        async with TableLife(calls.storage, calls.clock) as life:
            await life.idle()
        found = await calls("Query", **_by_who("by-who"))
        (index,) = (await calls("DescribeTable", TableName="orders"))["Table"]["GlobalSecondaryIndexes"]
        await calls(
            "UpdateTable",
            TableName="orders",
            GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-who"}}],
        )

        assert during[1] == "Cannot read from backfilling global secondary index: by-who"
        assert found["Count"] == 1200
        assert (index["IndexStatus"], index["ItemCount"]) == ("ACTIVE", 1200)
        assert (await calls.refused("Query", **_by_who("by-who")))[1] == (
            "The table does not have the specified index: by-who"
        )

    run(test)


def test_a_backfill_that_was_cut_off_is_resumed():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("k"), "who": s("a")})
        index = _index("by-who", schema("who"), "ALL")
        create = {
            "AttributeDefinitions": [{"AttributeName": "who", "AttributeType": "S"}],
            "GlobalSecondaryIndexUpdates": [{"Create": index}],
        }

        def begin(writer):
            table = catalog.find(writer, SCOPE, "orders")
            table = index_alteration.altered(table, table, create, 0.0, ids.uuid)
            catalog.save(writer, table)
            backfill.begin(writer, table)

        await calls.storage.write(begin)
        await calls("PutItem", TableName="orders", Item={"id": s("k2"), "who": s("a")})
        await calls("PutItem", TableName="orders", Item={"id": s("k"), "who": s("a"), "x": n(1)})
        refused = await calls.refused("Query", **_by_who("by-who"))
        async with TableLife(calls.storage, calls.clock) as life:
            await life.idle()
        (told,) = (await calls("DescribeTable", TableName="orders"))["Table"]["GlobalSecondaryIndexes"]

        assert refused[1] == "Cannot read from backfilling global secondary index: by-who"
        assert (await calls("Query", **_by_who("by-who")))["Count"] == 2
        assert (told["IndexStatus"], told["ItemCount"]) == ("ACTIVE", 2)

    run(test)


def test_a_starting_key_of_wrong_types_does_not_match_and_is_judged_before_the_table():
    async def test(calls):
        await calls.table(keys=("id", "at"))
        keys = {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [s("a")]}}
        no_match = "The provided key element does not match the schema"

        async def refused(name, start, **params):
            told = await calls.refused("Query", TableName=name, ExclusiveStartKey=start, **params)
            return told[1]

        assert await refused("orders", {"id": {"N": "1"}, "at": s("b")}, KeyConditions=keys) == no_match
        assert await refused("orders", {"id": s("a"), "at": {"N": "1"}}, KeyConditions=keys) == no_match
        assert await refused("nosuch", {"id": {}}) == (
            "The provided starting key is invalid: Supplied AttributeValue is empty, must contain exactly "
            "one of the supported datatypes"
        )
        assert await refused("nosuch", {"id": {"N": "x"}}) == (
            "The parameter cannot be converted to a numeric value: x"
        )

    run(test)
