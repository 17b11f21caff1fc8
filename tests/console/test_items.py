"""Exploring, creating and editing items."""

import json
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect
from tests.api.millrace_process import Millrace
from tests.console.browser import Console
from tests.console.forms import choose, pick, retype, tick
from tests.console.setting import client_of, table_of


def _table(server: Millrace, name: str, **more: Any) -> Any:
    """A table with the key `customer` (text) and `number` (number), and an index by `state`."""
    database = client_of(server, "dynamodb")
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


def _rows(page: Page) -> Locator:
    return page.get_by_role("grid", name="Items").locator("tbody tr")


def _write(page: Page, text: str) -> None:
    retype(page.get_by_label("Item as JSON"), text)


def _add(page: Page, kind: str, name: str) -> None:
    pick(page, "Add new attribute", kind)
    page.get_by_label("Name of new attribute").fill(name)


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
    console.looks("items-explore")


def test_an_empty_table_says_what_to_do_next(console: Console):
    _table(console.server, "Empty")

    page = console.open("#/tables/Empty/items")

    expect(page.get_by_text("The table has none")).to_be_visible()
    console.picture("items-empty")


def test_a_query_takes_a_condition_on_the_sort_key_and_an_order(console: Console):
    database = _table(console.server, "Sorted")
    _fill(database, "Sorted", [_order(who, number) for who in ("ada", "bob") for number in range(10)])
    page = console.open("#/tables/Sorted/items")

    page.get_by_role("button", name="Query", exact=True).click()
    page.get_by_label("customer (Partition key)").fill("ada")
    choose(page, "Sort key condition", "Between")
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
    page.get_by_role("combobox", name="Attribute name").fill("total")
    page.keyboard.press("Escape")
    choose(page, "Condition", "Greater than", exact=True)
    choose(page, "Type", "Number", exact=True)
    page.get_by_role("textbox", name="Value").fill("150")
    page.get_by_role("textbox", name="Value").press("Enter")

    expect(_rows(page)).to_have_count(8)
    expect(page.get_by_text("Items returned: 8 · Items scanned: 30")).to_be_visible()
    console.picture("items-filter")


def test_a_refused_value_is_told_beside_its_field_and_stays(console: Console):
    database = _table(console.server, "Refused")
    _fill(database, "Refused", [_order("ada", 1)])
    page = console.open("#/tables/Refused/items")

    page.get_by_role("button", name="Query", exact=True).click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Enter a partition key value.")).to_be_visible()
    expect(page.get_by_label("customer (Partition key)")).to_be_focused()

    page.get_by_label("customer (Partition key)").fill("ada")
    page.get_by_label("Sort key value").fill("many")
    with console.refusals():
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_text("cannot be converted to a numeric value: many")).to_be_visible()
    expect(page.get_by_label("Sort key value")).to_have_value("many")
    console.picture("items-refused")
    expect(page.get_by_label("Sort key value")).to_be_focused()
    console.picture("items-refused")


def test_an_index_is_asked_by_its_own_key(console: Console):
    database = _table(console.server, "Indexed")
    _fill(database, "Indexed", [_order("ada", number) for number in range(9)])
    page = console.open("#/tables/Indexed/items?index=by-state")
    expect(_rows(page)).to_have_count(9)

    page.get_by_role("button", name="Query", exact=True).click()
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
    expect(page.get_by_role("button", name="Page 5 of all pages")).to_have_attribute("aria-current", "true")
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

    tick(page.get_by_role("checkbox", name="Select all items of this page"))
    pick(page, "Actions", "Delete items")
    expect(page.get_by_text("60 items will be deleted from Emptied")).to_be_visible()
    console.picture("items-delete")
    page.get_by_role("button", name="Delete", exact=True).click()

    expect(page.get_by_text("60 items deleted from Emptied.").first).to_be_visible()
    expect(page.get_by_text("(0)")).to_be_visible()
    assert database.scan(TableName="Emptied")["Count"] == 5


def test_changes_since_the_reading_are_counted(console: Console):
    database = _table(
        console.server,
        "Watched",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    with console.page.expect_response("**/_millrace/tail*"):
        page = console.open("#/tables/Watched/items")
    expect(page.get_by_text("(0)")).to_be_visible()
    _fill(database, "Watched", [_order("ada", 1), _order("ada", 2)])

    expect(page.get_by_text("2 changes to this table since it was read.")).to_be_visible()
    console.picture("items-changes")
    page.get_by_role("button", name="Run again").click()
    expect(_rows(page)).to_have_count(2)


def test_an_item_is_created_in_the_form(console: Console):
    database = _table(console.server, "Formed")
    page = console.open("#/tables/Formed/items")
    page.get_by_role("link", name="Create item").first.click()

    page.get_by_label("Value of customer").fill("ada")
    page.get_by_label("Value of number").fill("1")
    _add(page, "String", "note")
    page.get_by_label("Value of note").fill("by courier")
    _add(page, "Number", "total")
    page.get_by_label("Value of total").fill("12345678901234567890.25")
    _add(page, "String set", "tags")
    page.get_by_label("Member 1 of tags", exact=True).fill("new")
    page.get_by_role("button", name="Add member to tags").click()
    page.get_by_label("Member 2 of tags", exact=True).fill("vip")
    _add(page, "Map", "address")
    pick(page, "Add attribute to address", "String")
    page.get_by_label("Name of address.new attribute").fill("city")
    page.get_by_label("Value of address.city").fill("London")
    _add(page, "List", "lines")
    pick(page, "Add element to lines", "Boolean")
    console.looks("items-create-form")
    page.get_by_role("button", name="Create item").click()

    expect(page.get_by_text("The item was created in Formed.").first).to_be_visible()
    expect(_rows(page)).to_have_count(1)
    key = {"customer": {"S": "ada"}, "number": {"N": "1"}}
    item = database.get_item(TableName="Formed", Key=key)["Item"]
    assert item.pop("tags")["SS"].sort() is None
    assert item == {
        **key,
        "note": {"S": "by courier"},
        "total": {"N": "12345678901234567890.25"},
        "address": {"M": {"city": {"S": "London"}}},
        "lines": {"L": [{"BOOL": False}]},
    }


def test_the_articles_item_is_created_from_its_json(console: Console):
    database = table_of(console.server, "JansTable", key="JansPartition")
    page = console.open("#/tables/JansTable/items/create")

    page.get_by_role("button", name="JSON view").click()
    _write(page, '{"JansPartition": {"S": "hello world"}}')
    console.picture("items-create-json")
    console.check_accessibility()
    page.get_by_role("button", name="Create item").click()

    expect(_rows(page)).to_have_count(1)
    assert database.scan(TableName="JansTable")["Items"] == [{"JansPartition": {"S": "hello world"}}]


def test_json_turns_into_the_other_ways_of_writing_and_back(console: Console):
    _table(console.server, "Turned")
    page = console.open("#/tables/Turned/items/create")

    page.get_by_role("button", name="JSON view").click()
    typed = '{"customer": {"S": "ada"}, "number": {"N": "12345678901234567890"}, "tags": {"SS": ["a", "b"]}}'
    _write(page, typed)
    page.get_by_text("View DynamoDB JSON").click()
    expect(page.get_by_label("Item as JSON")).to_contain_text('"number": 12345678901234567890')
    page.get_by_role("button", name="Form", exact=True).click()
    expect(page.get_by_label("Value of number")).to_have_value("12345678901234567890")
    expect(page.get_by_label("Member 2 of tags", exact=True)).to_have_value("b")

    page.get_by_role("button", name="JSON view").click()
    _write(page, '{"customer": "ada", ')
    page.get_by_role("button", name="Form", exact=True).click()
    expect(page.get_by_text("Line 1, column 21", exact=False)).to_be_visible()
    expect(page.get_by_label("Item as JSON")).to_contain_text('{"customer": "ada",')
    page.get_by_label("Item as JSON").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text('{"customer": {"S": "ada"}}')
    expect(page.get_by_text("This looks like DynamoDB JSON.")).to_be_visible()
    console.picture("items-create-plain")


def test_what_is_wrong_is_told_beside_the_attribute_and_nothing_is_lost(console: Console):
    _table(console.server, "Wrong")
    page = console.open("#/tables/Wrong/items/create")

    page.get_by_label("Value of number").fill("many")
    page.get_by_role("button", name="Create item").click()
    expect(page.get_by_text("A key attribute must not be empty.")).to_be_visible()
    expect(page.get_by_text("many is not a number.")).to_be_visible()
    expect(page.get_by_label("Value of customer")).to_be_focused()
    console.picture("items-create-problems")
    console.check_accessibility()

    page.get_by_label("Value of customer").fill("ada")
    page.get_by_label("Value of number").fill("1")
    _add(page, "Number", "state")
    page.get_by_label("Value of state").fill("5")
    with console.refusals():
        page.get_by_role("button", name="Create item").click()
        expect(page.get_by_text("Type mismatch for Index Key state")).to_be_visible()
    expect(page.get_by_label("Value of state")).to_have_value("5")
    expect(page.get_by_label("Value of state")).to_be_focused()
    console.picture("items-create-refused")

    page.get_by_label("Value of state").fill("1e300")
    page.get_by_role("button", name="JSON view").click()
    with console.refusals():
        page.get_by_role("button", name="Create item").click()
        expect(page.get_by_text("Number overflow")).to_be_visible()
    expect(page.get_by_label("Item as JSON")).to_contain_text('"1e300"')


def test_an_item_that_is_there_is_not_replaced_by_creating_it(console: Console):
    database = _table(console.server, "Taken")
    database.put_item(TableName="Taken", Item=_order("ada", 1))
    page = console.open("#/tables/Taken/items/create")

    page.get_by_label("Value of customer").fill("ada")
    page.get_by_label("Value of number").fill("1")
    with console.refusals():
        page.get_by_role("button", name="Create item").click()
        expect(page.get_by_text("An item with this key is there already")).to_be_visible()
    page.get_by_role("link", name="Edit that item").click()

    expect(page.get_by_role("heading", name="Edit item")).to_be_visible()
    expect(page.get_by_label("Value of total")).to_have_value("7.5")


def test_an_edit_shows_its_changes_and_saves_them(console: Console):
    database = _table(console.server, "Edited")
    database.put_item(TableName="Edited", Item=_order("ada", 1, old={"S": "x"}))
    page = console.open("#/tables/Edited/items")
    page.get_by_role("link", name="ada").click()

    expect(page.get_by_role("button", name="Save changes")).to_be_disabled()
    page.get_by_label("Value of total").fill("99")
    page.get_by_role("button", name="Remove old").click()
    _add(page, "Boolean", "gift")
    page.get_by_label("Value of lines[0].article").fill("B-7")
    for row in ("Changed total", "Removed old", "Added gift", "Changed lines[0].article"):
        expect(page.get_by_role("row", name=row)).to_be_visible()
    page.get_by_role("heading", name="Review changes").scroll_into_view_if_needed()
    console.looks("items-edit-review")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_text("The item was saved in Edited.").first).to_be_visible()
    key = {"customer": {"S": "ada"}, "number": {"N": "1"}}
    item = database.get_item(TableName="Edited", Key=key)["Item"]
    assert (item["total"], item["gift"], "old" in item) == ({"N": "99"}, {"BOOL": False}, False)
    assert item["lines"]["L"][0]["M"]["article"] == {"S": "B-7"}


def test_a_change_of_somebody_else_is_shown_before_it_is_overwritten(console: Console):
    database = _table(console.server, "Contested")
    database.put_item(TableName="Contested", Item=_order("ada", 1))
    key = {"customer": {"S": "ada"}, "number": {"N": "1"}}
    page = console.open(_edit("Contested", **key))
    page.get_by_label("Value of total").fill("99")
    database.put_item(TableName="Contested", Item=_order("ada", 1, state={"S": "sent"}))

    with console.refusals():
        page.get_by_role("button", name="Save changes").click()
        expect(page.get_by_text("This item was changed since you opened it")).to_be_visible()
    expect(page.get_by_role("row", name="Changed state String paid String sent")).to_be_visible()
    expect(page.get_by_label("Value of total")).to_have_value("99")
    console.picture("items-conflict")
    page.emulate_media(color_scheme="dark")
    console.picture("items-conflict-dark")
    console.check_accessibility()
    page.get_by_role("button", name="Overwrite with mine").click()

    expect(page.get_by_text("The item was saved in Contested.").first).to_be_visible()
    item = database.get_item(TableName="Contested", Key=key)["Item"]
    assert (item["total"], item["state"]) == ({"N": "99"}, {"S": "paid"})


def test_an_items_key_cannot_be_changed_in_its_json(console: Console):
    database = _table(console.server, "Moved")
    database.put_item(TableName="Moved", Item=_order("ada", 1))
    page = console.open(_edit("Moved", customer={"S": "ada"}, number={"N": "1"}))

    page.get_by_role("button", name="JSON view").click()
    _write(page, '{"customer": {"S": "bob"}, "number": {"N": "1"}, "total": {"N": "5"}}')
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_text("The key of an item cannot change. Put it back")).to_be_visible()
    console.picture("items-edit-moved")
    items = database.scan(TableName="Moved")["Items"]
    assert [(item["customer"], item["total"]) for item in items] == [({"S": "ada"}, {"N": "7.5"})]


def test_an_item_that_was_deleted_meanwhile_can_be_created_again(console: Console):
    database = _table(console.server, "Gone")
    database.put_item(TableName="Gone", Item=_order("ada", 1))
    key = {"customer": {"S": "ada"}, "number": {"N": "1"}}
    page = console.open(_edit("Gone", **key))
    page.get_by_label("Value of total").fill("99")
    database.delete_item(TableName="Gone", Key=key)

    with console.refusals():
        page.get_by_role("button", name="Save changes").click()
        expect(page.get_by_text("This item was deleted since you opened it")).to_be_visible()
    page.get_by_role("button", name="Create it again").click()

    expect(page.get_by_text("The item was saved in Gone.").first).to_be_visible()
    assert database.get_item(TableName="Gone", Key=key)["Item"]["total"] == {"N": "99"}


def test_an_item_is_duplicated_under_another_key(console: Console):
    database = _table(console.server, "Doubled")
    database.put_item(TableName="Doubled", Item=_order("ada", 1))
    page = console.open("#/tables/Doubled/items")

    tick(_rows(page).first.get_by_role("checkbox"))
    pick(page, "Actions", "Duplicate item")
    page.get_by_label("Value of number").fill("2")
    page.get_by_role("button", name="Create item").click()

    expect(_rows(page)).to_have_count(2)
    items = database.scan(TableName="Doubled")["Items"]
    assert [(item["number"]["N"], item["total"]["N"]) for item in items] == [("1", "7.5"), ("2", "7.5")]


def test_what_was_read_is_downloaded(console: Console):
    database = _table(console.server, "Kept")
    _fill(database, "Kept", [_order("ada", number) for number in range(3)])
    page = console.open("#/tables/Kept/items")
    expect(_rows(page)).to_have_count(3)

    with page.expect_download() as download:
        pick(page, "Actions", "JSON lines")

    lines = download.value.path().read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [0, 1, 2]
