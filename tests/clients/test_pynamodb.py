"""PynamoDB: models, indexes, conditions, batches and transactions as its documentation shows them."""

from typing import Any

import pytest
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite
from tests.api.millrace_process import Millrace


class Address(MapAttribute):
    street = UnicodeAttribute()
    city = UnicodeAttribute(null=True)


class ByStatus(GlobalSecondaryIndex):
    class Meta:
        index_name = "by-status"
        projection = AllProjection()
        read_capacity_units = 1
        write_capacity_units = 1

    status = UnicodeAttribute(hash_key=True)
    total = NumberAttribute(range_key=True)


class ByTotal(LocalSecondaryIndex):
    class Meta:
        index_name = "by-total"
        projection = IncludeProjection(["status"])

    customer = UnicodeAttribute(hash_key=True)
    total = NumberAttribute(range_key=True)


class Order(Model):
    class Meta:
        table_name = "orders"
        region = "eu-central-1"
        read_capacity_units = 5
        write_capacity_units = 5
        stream_view_type = "NEW_AND_OLD_IMAGES"

    customer = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(range_key=True)
    status = UnicodeAttribute(default="NEW")
    total = NumberAttribute(default=0)
    paid = BooleanAttribute(default=False)
    tags = UnicodeSetAttribute(null=True)
    address = Address(null=True)
    lines: Any = ListAttribute(null=True)
    extra = JSONAttribute(null=True)
    picture = BinaryAttribute(null=True, legacy_encoding=False)
    changed = UTCDateTimeAttribute(null=True)
    version = VersionAttribute()
    by_status = ByStatus()
    by_total = ByTotal()


@pytest.fixture
def orders(millrace: Millrace, monkeypatch: pytest.MonkeyPatch) -> type[Order]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    Order.Meta.host = f"http://127.0.0.1:{millrace.port}"  # type: ignore[attr-defined] -- PynamoDB's way to say it
    Order._connection = None
    Order.create_table(wait=True)
    return Order


def test_models_are_saved_found_changed_and_deleted(orders: type[Order]):
    order = orders(
        "ann", 1, total=129.95, tags={"gift"}, address=Address(street="12 Mill Lane"), lines=[1, "a"]
    )
    order.extra, order.picture = {"a": [1, None]}, b"\x00\xff"
    order.save()

    found = orders.get("ann", 1, consistent_read=True)
    assert (found.total, found.tags, found.address.street, found.picture) == (
        129.95,
        {"gift"},
        "12 Mill Lane",
        b"\x00\xff",
    )
    found.update(
        actions=[
            Order.total.add(0.05),
            Order.tags.add({"express"}),
            Order.lines.set(Order.lines.append(["b"])),
            Order.address.city.set("Ulm"),
            Order.extra.remove(),
        ],
        condition=Order.paid.is_in(False)
        & Order.tags.contains("gift")
        & Order.address.street.startswith("12"),
    )
    assert (found.total, found.tags, found.lines, found.address.city) == (
        130,
        {"gift", "express"},
        [1, "a", "b"],
        "Ulm",
    )
    with pytest.raises(UpdateError, match="ConditionalCheckFailed"):
        found.update(actions=[Order.paid.set(True)], condition=Order.total > 1000)
    with pytest.raises(PutError):
        orders("ann", 1).save(Order.customer.does_not_exist())
    with pytest.raises(DeleteError):
        order.delete()  # it has an old version
    found.delete()
    with pytest.raises(DoesNotExist):
        orders.get("ann", 1)


def test_queries_scans_and_indexes_are_paged_through(orders: type[Order]):
    with orders.batch_write() as batch:
        for number in range(60):
            batch.save(orders("bob", number, total=number % 7, status="NEW" if number % 2 else "SENT"))

    between = orders.query("bob", Order.number.between(10, 40), scan_index_forward=False, page_size=9)
    assert [order.number for order in between] == list(range(40, 9, -1))
    sent = orders.by_status.query("SENT", ByStatus.total > 3, filter_condition=Order.number < 30, page_size=5)
    assert all(order.status == "SENT" and order.total > 3 and order.number < 30 for order in sent)
    assert len(list(orders.by_total.query("bob", ByTotal.total == 6))) == 8
    assert orders.count("bob", Order.number < 7) == 7
    assert len(list(orders.scan(Order.status.is_in("SENT"), page_size=11))) == 30
    assert (
        len(list(orders.scan(segment=0, total_segments=2)))
        + len(list(orders.scan(segment=1, total_segments=2)))
        == 60
    )
    assert len(list(orders.batch_get([("bob", 1), ("bob", 2), ("bob", 99)]))) == 2
    described = orders.describe_table()
    assert {index["IndexName"] for index in described["GlobalSecondaryIndexes"]} == {"by-status"}


def test_transactions_are_all_or_nothing(orders: type[Order], millrace: Millrace):
    connection = Connection(region="eu-central-1", host=f"http://127.0.0.1:{millrace.port}")
    with TransactWrite(connection=connection, client_request_token="first") as transaction:
        transaction.save(orders("cy", 1, total=1))
        transaction.save(orders("cy", 2, total=2), condition=Order.customer.does_not_exist())
    refused = TransactWrite(connection=connection)
    refused.update(orders("cy", 1, version=1), actions=[Order.total.set(10)])
    refused.condition_check(orders, "cy", 2, condition=Order.total > 5)
    with pytest.raises(TransactWriteError) as caught:
        refused.__exit__(None, None, None)
    # PynamoDB sends conditions first, whatever the order in which they were asked for.
    assert [reason and reason.code for reason in caught.value.cancellation_reasons] == [
        "ConditionalCheckFailed",
        None,
    ]

    with TransactGet(connection=connection) as transaction:
        futures = [transaction.get(orders, "cy", number) for number in (1, 2)]
    assert [future.get().total for future in futures] == [1, 2]
