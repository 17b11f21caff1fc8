"""Vector indexes: their tables, what goes into them, and SearchVectors."""

import asyncio
import math
import random  # noqa: TID251 -- its seeds are the test's own
import struct

import pytest
from tests.unit.tables.calls import n, run, s

from millrace.core import limits, turn

WRONG = "One or more parameter values were invalid: "
BAD = "One or more parameter values were invalid. "
INVALID = "Invalid SearchConditionExpression: "


def vector(*numbers: float) -> dict:
    return {"L": query(*numbers)}


def query(*numbers: float) -> list[dict]:
    return [{"N": str(number)} for number in numbers]


def index(name="near", *, dimensions=3, distance="COSINE", projection="ALL", search=None, **more) -> dict:
    form = {
        "IndexName": name,
        "VectorAttribute": {"AttributeName": "v"},
        "Dimensions": dimensions,
        "DistanceFunction": distance,
        "Projection": {"ProjectionType": projection},
        **more,
    }
    if search:
        form["SearchSchema"] = [
            {"AttributeName": name, "SearchSchemaElementType": kind} for name, kind in search.items()
        ]
    return form


BY_TENANT = {"tenant": "HASH", "kind": "INLINE_FILTER"}
TENANTS = {"tenant": "S", "kind": "S"}


async def put(calls, identity: str, *numbers: float, **attributes) -> None:
    await calls("PutItem", TableName="orders", Item={"id": s(identity), "v": vector(*numbers), **attributes})


async def search(calls, *numbers: float, name="near", count=10, **params) -> dict:
    return await calls(
        "SearchVectors",
        TableName="orders",
        IndexName=name,
        SearchVector=query(*numbers),
        TopK=count,
        **params,
    )


async def found(calls, *numbers: float, **params) -> list[str]:
    results = (await search(calls, *numbers, **params))["SearchResults"]
    return [result["Item"]["id"]["S"] for result in results]


def near(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


def test_a_table_is_described_with_its_vector_indexes():
    async def test(calls):
        await calls.table(attributes=TENANTS, VectorIndexes=[index(search=BY_TENANT)])
        await put(calls, "a", 1, 0, 0, tenant=s("t"))

        told = (await calls("DescribeTable", TableName="orders"))["Table"]
        assert told["VectorIndexes"] == [
            {
                **index(search=BY_TENANT),
                "IndexStatus": "ACTIVE",
                "IndexArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/near",
                "ItemCount": 1,
                "IndexSizeBytes": 3 + 7 + 1 + 12,
            }
        ]
        assert [one["AttributeName"] for one in told["AttributeDefinitions"]] == ["id", "kind", "tenant"]

    run(test)


@pytest.mark.parametrize(
    ("distance", "expected"),
    [
        ("COSINE", [("a", 0.0), ("d", near(0.4)), ("b", 1.0), ("c", 2.0)]),
        ("EUCLIDEAN", [("a", 0.0), ("d", near(math.sqrt(0.8))), ("b", near(math.sqrt(2))), ("c", 2.0)]),
        ("DOT_PRODUCT", [("a", 1.0), ("d", near(0.6)), ("b", 0.0), ("c", -1.0)]),
    ],
)
def test_the_nearest_come_first_with_their_scores(distance, expected):
    async def test(calls):
        await calls.table(VectorIndexes=[index(distance=distance)])
        for identity, numbers in {
            "a": (1, 0, 0),
            "b": (0, 1, 0),
            "c": (-1, 0, 0),
            "d": (0.6, 0.8, 0),
        }.items():
            await put(calls, identity, *numbers)
        results = (await search(calls, 1, 0, 0))["SearchResults"]
        assert [one["Item"] for one in results] == [{"id": s(identity)} for identity, _ in expected]
        scores = [one["Score"] for one in results]
        assert scores == pytest.approx([score for _, score in expected], abs=1e-7)
        assert scores == [near(score) for score in scores]
        assert await found(calls, 1, 0, 0, count=2) == [identity for identity, _ in expected[:2]]

    run(test)


@pytest.mark.parametrize("distance", ["COSINE", "EUCLIDEAN", "DOT_PRODUCT"])
@pytest.mark.parametrize("seed", range(5))
def test_results_are_those_of_a_naive_computation(monkeypatch, distance, seed):
    monkeypatch.setattr(limits, "vector_search_entries_max", 7)
    chance = random.Random(seed)

    def numbers(size=None):
        size = size or chance.choice((1e-3, 1, 1e6))
        return [near(chance.uniform(-size, size)) for _ in range(5)]

    def score(one, other):
        dot = sum(x * y for x, y in zip(one, other, strict=True))
        if distance == "DOT_PRODUCT":
            return dot
        if distance == "EUCLIDEAN":
            return math.sqrt(sum((x - y) ** 2 for x, y in zip(one, other, strict=True)))
        return 1 - dot / math.sqrt(sum(x * x for x in one) * sum(y * y for y in other))

    async def test(calls):
        await calls.table(VectorIndexes=[index(dimensions=5, distance=distance)])
        items = {f"k{number}": numbers() for number in range(60)}
        for identity, one in items.items():
            await put(calls, identity, *one)
        asked = numbers(1)
        results = (await search(calls, *asked, count=20))["SearchResults"]
        scores = {identity: score(asked, one) for identity, one in items.items()}
        best = sorted(scores.values(), reverse=distance == "DOT_PRODUCT")[:20]
        assert [one["Score"] for one in results] == pytest.approx(best, rel=1e-6, abs=1e-6)
        own = [scores[one["Item"]["id"]["S"]] for one in results]
        assert own == pytest.approx(best, rel=1e-6, abs=1e-6)

    run(test)


def test_scores_at_the_ends_of_what_numbers_can_be():
    async def test(calls):
        kinds = {"cos": "COSINE", "far": "EUCLIDEAN", "dot": "DOT_PRODUCT"}
        await calls.table(
            VectorIndexes=[index(name, dimensions=2, distance=kind) for name, kind in kinds.items()]
        )
        most = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]
        await put(calls, "zero", 0, 0)
        await put(calls, "tiny", 1e-23, 0)
        await put(calls, "huge", 3.4e38, -3.4e38)

        def score(answer, identity):
            return next(one["Score"] for one in answer["SearchResults"] if one["Item"]["id"]["S"] == identity)

        answer = await search(calls, 1, 0, name="cos")
        assert (score(answer, "zero"), score(answer, "tiny")) == (1.0, 0.0)
        assert score(await search(calls, -3.4e38, 3.4e38, name="far"), "huge") == most
        assert score(await search(calls, -3.4e38, 3.4e38, name="dot"), "huge") == -most
        assert score(await search(calls, 3.4e38, 3.4e38, name="dot"), "huge") == 0.0
        answer = await search(calls, 0, 0, name="cos")
        assert {one["Score"] for one in answer["SearchResults"]} == {1.0}

    run(test)


def test_a_search_goes_over_one_partition_and_what_passes_the_filters():
    async def test(calls):
        await calls.table(attributes=TENANTS, VectorIndexes=[index(search=BY_TENANT)])
        await put(calls, "a", 1, 0, 0, tenant=s("t"), kind=s("x"))
        await put(calls, "b", 1, 1, 0, tenant=s("t"), kind=s("y"))
        await put(calls, "c", 1, 1, 1, tenant=s("t"))
        await put(calls, "d", 1, 0, 0, tenant=s("tt"), kind=s("x"))
        await put(calls, "e", 1, 0, 0, kind=s("x"))

        tenant = {"SearchConditionExpression": "tenant = :t", "ExpressionAttributeValues": {":t": s("t")}}
        assert await found(calls, 1, 0, 0, **tenant) == ["a", "b", "c"]
        both = {
            "SearchConditionExpression": "#k = :k AND :t = tenant",
            "ExpressionAttributeNames": {"#k": "kind"},
            "ExpressionAttributeValues": {":t": s("t"), ":k": s("y")},
        }
        assert await found(calls, 1, 0, 0, **both) == ["b"]

    run(test)


def test_the_index_follows_every_change_of_an_item():
    async def test(calls):
        await calls.table(attributes=TENANTS, VectorIndexes=[index(search=BY_TENANT)])
        tenant = {"SearchConditionExpression": "tenant = :t", "ExpressionAttributeValues": {":t": s("t")}}

        async def update(expression, **values):
            params = {"ExpressionAttributeValues": {f":{k}": v for k, v in values.items()}} if values else {}
            await calls(
                "UpdateItem", TableName="orders", Key={"id": s("a")}, UpdateExpression=expression, **params
            )
            return await found(calls, 1, 0, 0, **tenant)

        await put(calls, "a", 1, 0, 0, tenant=s("t"))
        assert await update("SET tenant = :o", o=s("other")) == []
        assert await update("SET tenant = :o", o=s("t")) == ["a"]
        assert await update("REMOVE tenant") == []
        assert await update("SET tenant = :o", o=s("t")) == ["a"]
        assert await update("REMOVE v") == []
        assert await update("SET v = :v", v=vector(0, 0, 1)) == ["a"]
        await calls("DeleteItem", TableName="orders", Key={"id": s("a")})
        assert await found(calls, 1, 0, 0, **tenant) == []
        told = (await calls("DescribeTable", TableName="orders"))["Table"]["VectorIndexes"][0]
        assert (told["ItemCount"], told["IndexSizeBytes"]) == (0, 0)

    run(test)


def test_what_a_search_gives_is_the_projection_and_the_vector_if_asked_for():
    async def test(calls):
        include = index("some", Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"]})
        await calls.table(VectorIndexes=[index(), include, index("keys", projection="KEYS_ONLY")])
        await put(calls, "a", 0.1, 16777217, 1, title=s("T"), price=n(1))

        async def item(name, **params):
            return (await search(calls, 1, 1, 1, name=name, **params))["SearchResults"][0]["Item"]

        assert await item("near") == {"id": s("a"), "title": s("T"), "price": n(1)}
        assert await item("some") == {"id": s("a"), "title": s("T")}
        assert await item("keys") == {"id": s("a")}
        asked = {"ProjectionExpression": "id, v, #p", "ExpressionAttributeNames": {"#p": "price"}}
        numbers = {"L": [{"N": "0.1"}, {"N": "16777216.0"}, {"N": "1.0"}]}
        assert await item("near", **asked) == {"id": s("a"), "price": n(1), "v": numbers}
        assert await item("some", **asked) == {"id": s("a")}

    run(test)


def test_every_search_and_write_tells_its_bytes():
    async def test(calls):
        await calls.table(VectorIndexes=[index(), index("keys", projection="KEYS_ONLY")])
        item = {"id": s("a"), "v": vector(1, 0, 0), "text": s("x" * 1500)}
        put = {"TableName": "orders", "Item": item, "ReturnConsumedCapacity": "INDEXES"}
        consumed = (await calls("PutItem", **put))["ConsumedCapacity"]
        size = 3 + 4 + 1500 + 1 + 12
        assert consumed["VectorIndexes"] == {
            "near": {"VectorWriteRequestBytes": size},
            "keys": {"VectorWriteRequestBytes": 1024},
        }
        assert "VectorIndexes" not in (await calls("PutItem", **put))["ConsumedCapacity"]
        put["Item"]["text"] = s("y" * 1500)
        consumed = (await calls("PutItem", **put))["ConsumedCapacity"]
        assert consumed["VectorIndexes"] == {"near": {"VectorWriteRequestBytes": size}}
        put["Item"]["text"] = s("z")
        put["ReturnConsumedCapacity"] = "TOTAL"
        assert "VectorIndexes" not in (await calls("PutItem", **put))["ConsumedCapacity"]

        for how in ("TOTAL", "INDEXES"):
            answer = await search(calls, 1, 0, 0, ReturnConsumedCapacity=how)
            assert answer["ConsumedCapacity"] == {"VectorSearchRequestBytes": 1024}
        assert "ConsumedCapacity" not in await search(calls, 1, 0, 0)

    run(test)


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"v": vector(1, 0)}, f"{BAD}Invalid size for parameter v, Expected: 3, Actual: 2 IndexName: all"),
        (
            {"v": {"L": [n(1), s("x"), n(0)]}},
            f"{BAD}Invalid type for parameter v[1], Expected: 32-bit floating point number, Actual: S. "
            "IndexName: all",
        ),
        (
            {"v": s("x")},
            f"{BAD}Invalid type for parameter v, Expected: 32-bit floating point number list IndexName: all",
        ),
        (
            {"v": {"NS": ["1", "2", "3"]}},
            f"{BAD}Invalid type for parameter v, Expected: 32-bit floating point number list IndexName: all",
        ),
        (
            {"v": {"L": [{"N": "1E+39"}, n(1), n(0)]}},
            f"{BAD}Invalid value for parameter v[0], Value: 1E+39 is outside valid range "
            "[-3.4028235E38, 3.4028235E38]. IndexName: all",
        ),
        (
            {"tenant": n(1)},
            f"{BAD}Attribute 'tenant' type mismatch. Expected: S, Actual: N. IndexName: near",
        ),
        ({"kind": n(1)}, f"{BAD}Attribute 'kind' type mismatch. Expected: S, Actual: N. IndexName: near"),
        (
            {"tenant": s("")},
            "One or more parameter values are not valid. A value specified for a secondary index key is not "
            "supported. The AttributeValue for a key attribute cannot contain an empty string value. "
            "IndexName: near, IndexKey: tenant",
        ),
    ],
)
def test_an_item_that_does_not_fit_is_refused(item, sentence):
    async def test(calls):
        await calls.table(attributes=TENANTS, VectorIndexes=[index(search=BY_TENANT), index("all")])
        refusal = ("ValidationException", sentence)
        item["id"] = s("a")
        assert await calls.refused("PutItem", TableName="orders", Item=item) == refusal
        batch = {"orders": [{"PutRequest": {"Item": item}}]}
        assert await calls.refused("BatchWriteItem", RequestItems=batch) == refusal
        assert await found(calls, 1, 0, 0, name="all") == []

    run(test)


def test_an_update_is_judged_by_what_it_changes():
    async def test(calls):
        await calls.table()
        await put(calls, "a", 1, 0)
        change = {"Create": index()}
        await calls("UpdateTable", TableName="orders", VectorIndexUpdates=[change])
        update = {
            "TableName": "orders",
            "Key": {"id": s("a")},
            "UpdateExpression": "SET x = :x",
            "ExpressionAttributeValues": {":x": n(1)},
        }
        await calls("UpdateItem", **update)
        update["UpdateExpression"] = "SET v[2] = :x"
        await calls("UpdateItem", **update)
        assert await found(calls, 1, 0, 0) == ["a"]
        update["UpdateExpression"] = "SET v[3] = :x"
        assert (await calls.refused("UpdateItem", **update))[1] == (
            f"{BAD}Invalid size for parameter v, Expected: 3, Actual: 4 IndexName: near"
        )

    run(test)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (
            {"TopK": 101},
            "Provided TopK value '101' is out of valid range. The value must be between 1 and 100 inclusive",
        ),
        (
            {"TopK": 0},
            "1 validation error detected: Value at 'TopK' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1",
        ),
        (
            {"IndexName": "ab"},
            "1 validation error detected: Value at 'IndexName' failed to satisfy constraint: Member must have "
            "length greater than or equal to 3",
        ),
        ({"IndexName": "nowhere"}, "The table does not have the specified index: nowhere"),
        (
            {"SearchVector": query(1, 0)},
            "Input search vector dimension 2 does not match vector index dimension 3",
        ),
        *(
            (
                {"SearchVector": one},
                "Search vector contains invalid values. All values in the search vector must be a 32-bit "
                "floating-point number attribute",
            )
            for one in ([vector(1, 0, 0)], [s("x")], [{"N": "1e39"}], [{"N": "x"}], [{"N": "NaN"}])
        ),
        (
            {"IndexName": "near"},
            "SearchConditionExpression must be provided when SearchSchema has a HASH key",
        ),
        (
            {"SearchConditionExpression": "tenant = :t"},
            "SearchConditionExpression must not contain any attributes that is not in SearchSchema. "
            "Invalid attribute: tenant",
        ),
        *(
            (
                {"IndexName": "near", "SearchConditionExpression": text},
                f"{INVALID}Invalid comparator used in SearchConditionExpression",
            )
            for text in (
                "tenant < :t",
                "tenant = :t OR kind = :t",
                "NOT tenant = :t",
                "tenant = :t AND kind <> :t",
                "begins_with(tenant, :t)",
                "tenant BETWEEN :t AND :t",
                "tenant IN (:t)",
                "tenant = kind",
            )
        ),
        (
            {"IndexName": "near", "SearchConditionExpression": "kind = :t"},
            f"{INVALID}SearchConditionExpression must have all HASH attributes in configured SearchSchema",
        ),
        (
            {"IndexName": "near", "SearchConditionExpression": "tenant = :t AND tenant = :t"},
            f"{INVALID}SearchConditionExpression must only contain one condition per attribute",
        ),
        (
            {"IndexName": "near", "SearchConditionExpression": "tenant = :t AND kind.a = :t"},
            f"{INVALID}SearchConditionExpression cannot have conditions on nested attributes",
        ),
        (
            {
                "IndexName": "near",
                "SearchConditionExpression": "tenant = :t",
                "ExpressionAttributeValues": {":t": n(1)},
            },
            "Type of 'tenant' attribute in SearchConditionExpression (N) does not match type in search schema (S)",
        ),
        (
            {
                "IndexName": "near",
                "SearchConditionExpression": "tenant = :t",
                "ExpressionAttributeValues": {":t": s("")},
            },
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: tenant",
        ),
        ({"SearchConditionExpression": ""}, f"{INVALID}The expression can not be empty;"),
        (
            {"ProjectionExpression": "id", "ExpressionAttributeNames": {"#x": "id"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}",
        ),
    ],
)
def test_a_search_that_cannot_be_is_refused(params, sentence):
    async def test(calls):
        await calls.table(attributes=TENANTS, VectorIndexes=[index(search=BY_TENANT), index("all")])
        asked = {
            "TableName": "orders",
            "IndexName": "all",
            "SearchVector": query(1, 0, 0),
            "TopK": 1,
            **params,
        }
        if ":t" in params.get("SearchConditionExpression", ""):
            asked.setdefault("ExpressionAttributeValues", {":t": s("t")})
        assert await calls.refused("SearchVectors", **asked) == ("ValidationException", sentence)

    run(test)


def test_a_search_of_no_table_is_not_found():
    async def test(calls):
        asked = {"TableName": "nowhere", "IndexName": "near", "SearchVector": query(1), "TopK": 1}
        assert (await calls.refused("SearchVectors", **asked))[0] == "ResourceNotFoundException"

    run(test)


def test_queries_and_scans_of_a_vector_index_are_refused():
    async def test(calls):
        await calls.table(VectorIndexes=[index()])
        asked = {"TableName": "orders", "IndexName": "near"}
        key = {"KeyConditionExpression": "id = :a", "ExpressionAttributeValues": {":a": s("a")}}
        assert (await calls.refused("Query", **asked, **key))[
            1
        ] == "Query operation not supported on this index type."
        assert (await calls.refused("Query", **asked, **key, ConsistentRead=True))[1] == (
            "Consistent reads are not supported on global secondary indexes"
        )
        scan = "Scan operation not supported on this index type"
        assert (await calls.refused("Scan", **asked, ConsistentRead=True))[1] == scan
        statement = 'SELECT * FROM "orders"."near"'
        assert (await calls.refused("ExecuteStatement", Statement=statement))[1] == scan

    run(test)


def test_a_search_lets_others_go_first_between_its_parts(monkeypatch):
    monkeypatch.setattr(limits, "vector_search_entries_max", 2)

    async def test(calls):
        await calls.table(VectorIndexes=[index()])
        for number in range(7):
            await put(calls, f"k{number}", number, 1, 0)
        turns = 0

        async def count():
            nonlocal turns
            while True:
                turns += 1
                await turn.give_way()

        other = asyncio.ensure_future(count())
        assert len(await found(calls, 1, 0, 0)) == 7
        other.cancel()
        assert turns >= 4

    run(test)
