"""Exploring, creating and editing items."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from tests.api.millrace_process import Millrace
from tests.console.browser import Console


def _database(server: Millrace) -> Any:
    return server.client("dynamodb", region_name="us-east-1")


def _table(server: Millrace, name: str, **more: Any) -> Any:
    """A table with the key `customer` (text) and `number` (number), and an index by `state`."""
    database = _database(server)
    database.create_table(
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "number", "AttributeType": "N"},
            {"AttributeName": "state", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "number", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [
                    {"AttributeName": "state", "KeyType": "HASH"},
                    {"AttributeName": "number", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    return database


def _order(customer: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "customer": {"S": customer},
        "number": {"N": str(number)},
        "state": {"S": ("open", "paid", "sent")[number % 3]},
        "total": {"N": f"{number * 7}.50"},
        "lines": {"L": [{"M": {"article": {"S": f"A-{number}"}, "count": {"N": "2"}}}]},
        **more,
    }


def _fill(database: Any, name: str, items: list[dict[str, Any]]) -> None:
    for start in range(0, len(items), 25):
        batch = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        database.batch_write_item(RequestItems={name: batch})


def _rows(page: Page) -> Any:
    return page.get_by_role("table", name="Items").locator("tbody tr")


def _edit(name: str, **key: dict[str, str]) -> str:
    return f"#/tables/{name}/items/edit?key={quote(json.dumps(key))}"


def test_a_table_opens_with_its_first_page_of_items(console: Console):
    database = _table(console.server, "Orders")
    _fill(database, "Orders", [_order("ada", number) for number in range(12)])
    database.put_item(
        TableName="Orders",
        Item=_order(
            "bob", 1, note={"S": "By courier, " * 12}, tags={"SS": ["new", "vip"]}, gift={"BOOL": True}
        ),
    )

    page = console.open("#/tables/Orders/items")

    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    expect(_rows(page)).to_have_count(13)
    expect(page.get_by_text("Items returned: 13 · Items scanned: 13")).to_be_visible()
    console.picture("items-explore")
    console.check_accessibility()


def test_an_empty_table_says_what_to_do_next(console: Console):
    _table(console.server, "Empty")

    page = console.open("#/tables/Empty/items")

    expect(page.get_by_text("The table has none")).to_be_visible()
    console.picture("items-empty")


@pytest.mark.parametrize("width", [1280, 1920])
def test_the_screens_are_dark_where_that_is_wished(console: Console, width: int):
    name = f"Dark{width}"
    database = _table(console.server, name)
    _fill(database, name, [_order("ada", number) for number in range(6)])
    console.page.emulate_media(color_scheme="dark")
    console.page.set_viewport_size({"width": width, "height": 1000})

    not_paid = quote(json.dumps(["state", "S", "<>", "paid", ""]))
    page = console.open(f"#/tables/{name}/items?mode=query&pk=ada&filter={not_paid}")

    expect(_rows(page)).to_have_count(4)
    console.picture(f"items-query-dark-{width}")
    console.check_accessibility()


def test_a_query_takes_a_condition_on_the_sort_key_and_an_order(console: Console):
    database = _table(console.server, "Sorted")
    _fill(database, "Sorted", [_order(who, number) for who in ("ada", "bob") for number in range(10)])
    page = console.open("#/tables/Sorted/items")

    page.get_by_role("button", name="Query").click()
    page.get_by_label("customer (Partition key)").fill("ada")
    page.get_by_role("button", name="Sort key condition").click()
    page.get_by_role("option", name="Between").click()
    page.get_by_label("Sort key value from").fill("3")
    page.get_by_label("Sort key value to").fill("5")
    page.get_by_text("Sort descending").click()
    page.get_by_role("button", name="Run", exact=True).click()

    expect(_rows(page)).to_have_count(3)
    expect(_rows(page).nth(0)).to_contain_text("A-5")
    expect(_rows(page).nth(2)).to_contain_text("A-3")
    console.picture("items-query")
    console.check_accessibility()

    page.reload()
    expect(_rows(page)).to_have_count(3)
    expect(page.get_by_label("Sort key value to")).to_have_value("5")

    page.go_back()
    expect(_rows(page)).to_have_count(20)


def test_filters_leave_out_what_does_not_pass(console: Console):
    database = _table(console.server, "Filtered")
    _fill(database, "Filtered", [_order("ada", number) for number in range(30)])
    page = console.open("#/tables/Filtered/items")

    page.get_by_role("button", name="Add filter").click()
    page.get_by_label("Attribute name of filter 1").fill("total")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Condition of filter 1").click()
    page.get_by_role("option", name="Greater than", exact=True).click()
    page.get_by_role("button", name="Type of filter 1").click()
    page.get_by_role("option", name="Number").click()
    page.get_by_label("Value of filter 1").fill("150")
    page.get_by_label("Value of filter 1").press("Enter")

    expect(_rows(page)).to_have_count(8)
    expect(page.get_by_text("Items returned: 8 · Items scanned: 30")).to_be_visible()
    console.picture("items-filter")


def test_a_refused_value_is_told_beside_its_field_and_stays(console: Console):
    database = _table(console.server, "Refused")
    _fill(database, "Refused", [_order("ada", 1)])
    page = console.open("#/tables/Refused/items")

    page.get_by_role("button", name="Query").click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Enter a partition key value.")).to_be_visible()
    expect(page.get_by_label("customer (Partition key)")).to_be_focused()

    page.get_by_label("customer (Partition key)").fill("ada")
    page.get_by_label("Sort key value").fill("many")
    with console.refusals():
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_text("cannot be converted to a numeric value: many")).to_be_visible()
    expect(page.get_by_label("Sort key value")).to_have_value("many")
    expect(page.get_by_label("Sort key value")).to_be_focused()
    console.picture("items-refused")


def test_an_index_is_asked_by_its_own_key(console: Console):
    database = _table(console.server, "Indexed")
    _fill(database, "Indexed", [_order("ada", number) for number in range(9)])
    page = console.open("#/tables/Indexed/items?index=by-state")
    expect(_rows(page)).to_have_count(9)

    page.get_by_role("button", name="Query").click()
    page.get_by_label("state (Partition key)").fill("paid")
    page.get_by_label("state (Partition key)").press("Enter")

    expect(_rows(page)).to_have_count(3)


def test_the_last_pages_arrow_reads_on_until_the_end(console: Console):
    database = _table(console.server, "Many")
    _fill(database, "Many", [_order(f"c{number % 7}", number) for number in range(250)])
    page = console.open("#/tables/Many/items")
    arrow = page.get_by_role("button", name="Next page")

    expect(page.get_by_text("(50+)")).to_be_visible()
    for seen in ("(100+)", "(150+)", "(200+)"):
        arrow.click()
        expect(page.get_by_text(seen)).to_be_visible()
    arrow.click()
    expect(page.get_by_text("250", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Page 5", exact=False)).to_be_visible()
    arrow.click()
    expect(page.get_by_text("(250)")).to_be_visible()
    expect(_rows(page)).to_have_count(50)
    expect(arrow).to_be_disabled()


def test_chosen_items_are_deleted_however_many(console: Console):
    database = _table(console.server, "Emptied")
    _fill(database, "Emptied", [_order("ada", number) for number in range(60)])
    _fill(database, "Emptied", [_order("bob", number) for number in range(5)])
    page = console.open("#/tables/Emptied/items?mode=query&pk=ada&limit=100")
    expect(_rows(page)).to_have_count(60)

    page.get_by_label("Select all items of this page").check(force=True)
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete items").click()
    expect(page.get_by_text("60 items will be deleted from Emptied")).to_be_visible()
    console.picture("items-delete")
    page.get_by_role("button", name="Delete", exact=True).click()

    expect(page.get_by_text("60 items deleted from Emptied.")).to_be_visible()
    expect(page.get_by_text("(0)")).to_be_visible()
    assert database.scan(TableName="Emptied")["Count"] == 5


def test_changes_since_the_reading_are_counted(console: Console):
    database = _table(
        console.server,
        "Watched",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    page = console.open("#/tables/Watched/items")
    expect(page.get_by_text("(0)")).to_be_visible()

    with page.expect_response("**/_millrace/tail*"):
        page.reload()
    _fill(database, "Watched", [_order("ada", 1), _order("ada", 2)])

    expect(page.get_by_text("2 changes to this table since it was read.")).to_be_visible()
    console.picture("items-changes")
    page.get_by_role("button", name="Run again").click()
    expect(_rows(page)).to_have_count(2)
