"""Vector indexes over the wire, with boto3's own client."""

import math
import random  # noqa: TID251 -- its seed is the test's own
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import boto3
from tests.api.fresh_tables import FreshTable, FreshTables, refused


def vector(*numbers: float) -> list[dict[str, str]]:
    return [{"N": str(number)} for number in numbers]


def index(name: str = "by-meaning", dimensions: int = 3, **more: Any) -> dict[str, Any]:
    return {
        "IndexName": name,
        "VectorAttribute": {"AttributeName": "embedding"},
        "Dimensions": dimensions,
        "DistanceFunction": "COSINE",
        "Projection": {"ProjectionType": "ALL"},
        **more,
    }


def by_category(name: str = "by-meaning", **more: Any) -> dict[str, Any]:
    elements = {"category": "HASH", "brand": "INLINE_FILTER"}
    schema = [{"AttributeName": key, "SearchSchemaElementType": kind} for key, kind in elements.items()]
    return index(name, SearchSchema=schema, **more)


def product(number: int, *numbers: float, **attributes: str) -> dict[str, Any]:
    texts = {name: {"S": text} for name, text in attributes.items()}
    return {"id": {"S": f"p{number}"}, "embedding": {"L": vector(*numbers)}, **texts}


def found(table: FreshTable, *numbers: float, **arguments: Any) -> list[str]:
    arguments = {"IndexName": "by-meaning", "TopK": 10, **arguments}
    answer = table.search_vectors(SearchVector=vector(*numbers), **arguments)
    return [result["Item"]["id"]["S"] for result in answer["SearchResults"]]


def test_an_unmodified_client_finds_what_is_nearest(tables: FreshTables) -> None:
    table = tables.create("id", defined=["category", "brand"], VectorIndexes=[by_category()])
    table.put(product(1, 1, 0, 0, category="audio", brand="acme", title="Headphones"))
    table.put(product(2, 0.9, 0.1, 0, category="audio", brand="other"))
    table.put(product(3, 1, 0, 0, category="video", brand="acme"))
    table.put(product(4, 1, 0, 0))

    audio = {
        "SearchConditionExpression": "category = :c",
        "ExpressionAttributeValues": {":c": {"S": "audio"}},
    }
    answer = table.search_vectors(
        IndexName="by-meaning",
        SearchVector=vector(1, 0, 0),
        TopK=10,
        ReturnConsumedCapacity="INDEXES",
        **audio,
    )
    assert answer["ConsumedCapacity"] == {"VectorSearchRequestBytes": 1024.0}
    first, second = answer["SearchResults"]
    assert first == {
        "Item": {
            "id": {"S": "p1"},
            "category": {"S": "audio"},
            "brand": {"S": "acme"},
            "title": {"S": "Headphones"},
        },
        "Score": 0.0,
    }
    assert (second["Item"]["id"], second["Score"] > 0) == ({"S": "p2"}, True)
    filtered = {
        "SearchConditionExpression": "category = :c AND brand = :b",
        "ExpressionAttributeValues": {":c": {"S": "audio"}, ":b": {"S": "other"}},
    }
    assert found(table, 1, 0, 0, **filtered) == ["p2"]


def test_the_table_may_be_named_by_its_arn(tables: FreshTables) -> None:
    table = tables.create("id", VectorIndexes=[index()])
    table.put(product(1, 1, 0, 0))
    answer = tables.client.search_vectors(
        TableName=table.describe()["TableArn"],
        IndexName="by-meaning",
        SearchVector=vector(1, 0, 0),
        TopK=1,
    )
    assert len(answer["SearchResults"]) == 1


def test_every_kind_of_write_reaches_the_index(tables: FreshTables) -> None:
    table = tables.create("id", VectorIndexes=[index()])
    table.fill([product(1, 1, 0, 0), product(2, 0, 1, 0)])
    put = {"Put": {"TableName": table.name, "Item": product(3, 1, 1, 0)}}
    gone = {"Delete": {"TableName": table.name, "Key": {"id": {"S": "p2"}}}}
    tables.client.transact_write_items(TransactItems=[put, gone])
    assert found(table, 1, 0, 0) == ["p1", "p3"]
    statement = f"UPDATE \"{table.name}\" SET embedding = [0, 0, 1] WHERE id = 'p1'"
    tables.client.execute_statement(Statement=statement)
    assert found(table, 1, 0, 0) == ["p3", "p1"]
    statement = f"INSERT INTO \"{table.name}\" VALUE {{'id': 'p9', 'embedding': [1, 2]}}"
    wrong = "Invalid size for parameter embedding, Expected: 3, Actual: 2 IndexName: by-meaning"
    assert wrong in refused(tables.client.execute_statement, Statement=statement)[1]
    put["Put"]["Item"] = product(8, 1)
    code, _ = refused(tables.client.transact_write_items, TransactItems=[put])
    assert code in ("ValidationException", "TransactionCanceledException")


def test_an_index_is_added_and_deleted(tables: FreshTables) -> None:
    table = tables.create("id")
    table.put(product(1, 1, 0, 0))
    change = {"VectorIndexUpdates": [{"Create": index()}]}
    assert table.update_table(**change)["TableDescription"]["TableStatus"] == "UPDATING"
    assert found(table, 1, 0, 0) == ["p1"]
    table.update_table(VectorIndexUpdates=[{"Delete": {"IndexName": "by-meaning"}}])
    assert "VectorIndexes" not in table.describe()
    code, message = refused(
        table.search_vectors, IndexName="by-meaning", SearchVector=vector(1, 0, 0), TopK=1
    )
    assert (code, message) == (
        "ValidationException",
        "The table does not have the specified index: by-meaning",
    )


def test_the_resource_client_stores_vectors_that_are_found(tables: FreshTables) -> None:
    table = tables.create("id", VectorIndexes=[index()])
    resource = boto3.resource(
        "dynamodb",
        endpoint_url=tables.server.url,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    resource.Table(table.name).put_item(Item={"id": "p1", "embedding": [Decimal("0.1"), 1, Decimal("-2.5")]})
    answer = table.search_vectors(
        IndexName="by-meaning",
        SearchVector=vector(0.1, 1, -2.5),
        TopK=1,
        ProjectionExpression="id, embedding",
    )
    assert answer["SearchResults"] == [
        {"Item": {"id": {"S": "p1"}, "embedding": {"L": vector(0.1, 1.0, -2.5)}}, "Score": 0.0}
    ]


def test_searches_at_once_find_what_is_nearest_and_reads_go_on_beside_them(tables: FreshTables) -> None:
    dimensions = 256
    chance = random.Random(7)
    table = tables.create("id", VectorIndexes=[index(dimensions=dimensions)])

    def numbers() -> list[float]:
        return [round(chance.uniform(-1, 1), 4) for _ in range(dimensions)]

    items = {f"p{number}": numbers() for number in range(600)}  # more than a search compares in one turn
    table.fill([product(int(name[1:]), *one) for name, one in items.items()])
    asked = numbers()

    def distance(one: list[float]) -> float:
        dot = sum(x * y for x, y in zip(asked, one, strict=True))
        return 1 - dot / (math.hypot(*asked) * math.hypot(*one))

    with ThreadPoolExecutor(2) as threads:
        searches = [threads.submit(found, table, *asked, TopK=100) for _ in range(4)]
        while not all(search.done() for search in searches):
            assert table.get({"id": {"S": "p1"}}) is not None
    nearest = sorted(items, key=lambda name: distance(items[name]))[:100]
    assert [search.result() for search in searches] == [nearest] * 4
