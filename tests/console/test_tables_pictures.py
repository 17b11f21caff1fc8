"""How every screen of tables looks, light and dark, narrow and wide; and that everybody can use it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.api.millrace_process import Millrace
from tests.console.browser import Console
from tests.console.forms import tick
from tests.console.setting import REGION, table_of, with_trigger

WALKS = {
    "tables": {
        "list": ("#/tables", "Partition key"),
        "create": ("#/create-table", "Table details"),
        "turn-on-stream": ("#/tables/customers/turn-on-stream", "View type"),
    },
    "table": {
        "overview": ("#/tables/orders/overview", "General information"),
        "indexes": ("#/tables/orders/indexes", "by-state"),
        "monitor": ("#/tables/orders/monitor", "Changes per second"),
        "streams": ("#/tables/orders/streams", "DynamoDB stream details"),
        "settings": ("#/tables/orders/settings", "Time to Live (TTL)"),
    },
}
EMPTY = {
    "streams-off": ("#/tables/customers/streams", "DynamoDB stream details"),
    "indexes-empty": ("#/tables/customers/indexes", "No global secondary indexes"),
    "missing": ("#/tables/nowhere/overview", "There is no such table"),
}


def furnish(server: Millrace) -> None:
    """Some tables as an application has them; nothing if they are there."""
    client = server.client("dynamodb", region_name=REGION)
    if client.list_tables()["TableNames"]:
        return
    with_trigger(server, "orders", "ship-orders")
    client.update_table(
        TableName="orders",
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "state", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-state",
                    "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total", "customer"]},
                }
            }
        ],
    )
    for number in range(120):
        item = {"id": {"S": f"order-{number}"}, "state": {"S": "paid"}, "total": {"N": str(number)}}
        client.put_item(TableName="orders", Item=item)
    ttl = {"AttributeName": "expires", "Enabled": True}
    client.update_time_to_live(TableName="orders", TimeToLiveSpecification=ttl)
    table_of(server, "customers", DeletionProtectionEnabled=True)
    for name in ("invoices-" + "of-all-customers-" * 14, "products", "sessions", "warehouse-stock"):
        table_of(server, name, Tags=[{"Key": "team", "Value": "shop"}])


@pytest.mark.parametrize("walk", WALKS)
def test_screens_are_accessible_and_pictured(console: Console, walk: str):
    furnish(console.server)
    for screen, (address, told) in WALKS[walk].items():
        page = console.open(address)
        expect(page.get_by_text(told).first).to_be_visible()
        BEFORE.get(screen, lambda server, page: None)(console.server, page)

        console.looks(f"tables-{screen}")


def test_screens_with_nothing_to_show_are_accessible(console: Console):
    furnish(console.server)
    for screen, (address, told) in EMPTY.items():
        with console.refusals():
            page = console.open(address)
            expect(page.get_by_text(told).first).to_be_visible()

            console.check_accessibility()
            console.picture(f"tables-{screen}")


def show_rows(server: Millrace, page: Page) -> None:
    expect(page.get_by_role("row").filter(has_text="Active")).to_have_count(6)


def show_form(server: Millrace, page: Page) -> None:
    tick(page.get_by_role("radio", name="Customize settings"))
    expect(page.get_by_role("heading", name="Read/write capacity settings")).to_be_visible()


def show_charts(server: Millrace, page: Page) -> None:
    client = server.client("dynamodb", region_name=REGION)
    lag = page.get_by_role("application", name="Lag")
    expect(lag).to_be_visible()
    for number in range(300):
        client.put_item(TableName="orders", Item={"id": {"S": f"more-{number}"}})
    expect(lag.locator("path").first).to_be_attached()


def show_triggers(server: Millrace, page: Page) -> None:
    expect(page.get_by_role("link", name="ship-orders", exact=True)).to_be_visible()


BEFORE: dict[str, Callable[[Millrace, Page], None]] = {
    "list": show_rows,
    "monitor": show_charts,
    "streams": show_triggers,
}


def test_customised_settings_of_a_new_table_are_accessible(console: Console):
    page = console.open("#/create-table")
    page.get_by_label("Sort key", exact=True).fill("placed")
    show_form(console.server, page)
    page.get_by_role("button", name="Create local index").click()
    page.get_by_role("button", name="Create global index").click()
    page.get_by_text("Turn on DynamoDB stream").click()
    page.get_by_role("button", name="Add new tag").click()
    expect(page.get_by_role("heading", name=re.compile("^Global secondary index"))).to_be_visible()

    console.check_accessibility()
    page.set_viewport_size({"width": 1280, "height": 3400})
    console.picture("tables-create-customised")
