"""Asking a table in other ways: by keys of several attributes, and in PartiQL."""

from typing import Any

from playwright.sync_api import Locator, Page, expect
from tests.api.millrace_process import Millrace
from tests.console.browser import Console
from tests.console.forms import choose, pick
from tests.console.setting import client_of, table_of


def _weather(server: Millrace, name: str) -> Any:
    """A table with an index of two partition and two sort attributes; 12 days of two towns."""
    kinds = {"id": "S", "land": "S", "town": "S", "year": "N", "day": "N"}
    keys = [("land", "HASH"), ("town", "HASH"), ("year", "RANGE"), ("day", "RANGE")]
    database = client_of(server, "dynamodb")
    database.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in kinds.items()],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "places",
                "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(12):
        for town in ("Ede", "Epe"):
            item = {"id": f"{town}-{number}", "land": "NL", "town": town}
            texts = {key: {"S": value} for key, value in item.items()}
            numbers = {"year": {"N": str(2025 + number // 6)}, "day": {"N": str(number % 6)}}
            database.put_item(TableName=name, Item={**texts, **numbers})
    return database


def _rows(page: Page, name: str) -> Locator:
    return page.get_by_role("grid", name=name, exact=True).locator("tbody tr")


def test_an_index_with_four_key_attributes_is_asked_from_the_left(console: Console):
    _weather(console.server, "Weather")
    page = console.open("#/tables/Weather/items?index=places&mode=query")
    expect(page.get_by_label("Sort key 2 of 2 value")).to_be_disabled()

    page.get_by_label("land (Partition key 1 of 2)").fill("NL")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Enter a partition key value.")).to_be_visible()
    expect(page.get_by_label("town (Partition key 2 of 2)")).to_be_focused()
    page.get_by_label("town (Partition key 2 of 2)").fill("Ede")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(_rows(page, "Items")).to_have_count(12)

    page.get_by_label("Sort key 1 of 2 value").fill("2026")
    choose(page, "Sort key 2 of 2 condition", "Less than", exact=True)
    page.get_by_label("Sort key 2 of 2 value").fill("2")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(_rows(page, "Items")).to_have_count(2)
    console.looks("items-composite-key")

    page.reload()
    expect(_rows(page, "Items")).to_have_count(2)
    expect(page.get_by_label("Sort key 2 of 2 value")).to_have_value("2")


def test_all_attributes_of_an_indexs_key_are_listed(console: Console):
    _weather(console.server, "Listed")

    page = console.open("#/tables/Listed/indexes")

    row = page.get_by_role("row", name="places")
    for attribute in ("land (String)", "town (String)", "year (Number)", "day (Number)"):
        expect(row.get_by_text(attribute, exact=True)).to_be_visible()
    console.looks("table-composite-index")


def test_statements_read_and_write_and_their_errors_are_told_in_place(console: Console):
    database = table_of(console.server, "Spoken")
    page = console.open("#/tables/Spoken/items")
    page.get_by_role("tab", name="PartiQL").click()
    box = page.get_by_label("Statement")
    expect(box).to_have_value('SELECT * FROM "Spoken"')

    pick(page, "Start from", "Insert an item")
    box.fill("""INSERT INTO "Spoken" VALUE {'id': 'a', 'tags': ['x', 'y'], 'count': 3}""")
    box.press("Control+Enter")
    expect(page.get_by_text("The statement was carried out and returned none.")).to_be_visible()
    assert database.scan(TableName="Spoken")["Count"] == 1

    with console.refusals():
        box.fill('SELECT * FORM "Spoken"')
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_text("Statement wasn't well formed")).to_be_visible()
    expect(box).to_be_focused()
    expect(page.get_by_text("Nothing was done")).to_be_visible()
    console.picture("items-partiql-refused")

    box.fill("""SELECT * FROM "Spoken" WHERE "id" = 'a'""")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(_rows(page, "Items returned")).to_have_count(1)
    expect(page.get_by_text("Statement wasn't well formed")).to_have_count(0)
    console.looks("items-partiql")

    page.reload()
    expect(page.get_by_label("Statement")).to_be_visible()
    expect(page.get_by_text("Nothing was asked yet")).to_be_visible()


def test_a_statement_reads_on_page_by_page(console: Console):
    database = table_of(console.server, "Pages")
    for number in range(70):
        database.put_item(TableName="Pages", Item={"id": {"S": f"{number:03}"}})
    page = console.open("#/tables/Pages/items?view=partiql")

    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("(50+)")).to_be_visible()
    page.get_by_role("button", name="Retrieve next page").click()

    expect(page.get_by_text("(70)")).to_be_visible()
    expect(page.get_by_role("button", name="Retrieve next page")).to_have_count(0)
    page.get_by_role("button", name="Next page").click()
    expect(_rows(page, "Items returned")).to_have_count(20)
