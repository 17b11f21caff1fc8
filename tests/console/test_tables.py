"""Tables: the list, creating one by its form, indexes, the stream, settings, and deleting it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.api.millrace_process import Millrace
from tests.console.browser import Console
from tests.console.forms import choose, tick, unfold
from tests.console.setting import described, table_of, with_trigger


@pytest.fixture
def crowded(browser: Browser, millrace: Millrace) -> Iterator[Console]:
    """The console of a server of this test's own."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    opened = Console(context, millrace)
    yield opened
    opened.leave()
    opened.check()


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("row").filter(has_text=text)


def confirm(page: Page, action: str, phrase: str | None = None) -> None:
    dialog = page.get_by_role("dialog")
    if phrase is not None:
        dialog.get_by_role("textbox").fill(phrase)
    dialog.get_by_role("button", name=action, exact=True).click()


def fill_keys(page: Page, name: str, partition_key: str) -> None:
    page.get_by_label("Table name").fill(name)
    page.get_by_label("Partition key", exact=True).first.fill(partition_key)


def test_a_table_with_an_index_is_created_by_its_form(console: Console):
    page = console.open("#/tables")
    page.get_by_role("link", name="Create table").first.click()
    fill_keys(page, "orders", "customer")
    page.get_by_label("Sort key", exact=True).fill("placed")
    choose(page, "Sort key type", "Number")
    tick(page.get_by_role("radio", name="Customize settings"))
    page.get_by_role("button", name="Create global index").click()
    page.get_by_label("Partition key", exact=True).nth(1).fill("state")
    page.get_by_label("Index name").fill("by-state")
    page.get_by_text("Turn on DynamoDB stream").click()
    page.get_by_label("Index name").press("Enter")

    expect(page.get_by_text("The table orders was created.", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="orders")).to_be_visible()
    expect(page.get_by_text("placed (Number)")).to_be_visible()
    made = described(console.server, "orders")
    assert made["GlobalSecondaryIndexes"][0]["IndexName"] == "by-state"
    assert made["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    page.get_by_role("navigation", name="Where you are").get_by_role("link", name="Tables").click()
    listed = row(page, "orders")
    expect(listed.get_by_text("customer (S)")).to_be_visible()
    expect(listed.get_by_text("New and old images")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "key", "label", "message"),
    [
        ("a b", "id", "Table name", "Member must satisfy regular expression pattern"),
        ("ab", "id", "Table name", "Member must have length greater than or equal to 3"),
        ("", "id", "Table name", "Value '' at 'tableName' failed to satisfy constraint"),
        ("taken", "id", "Table name", "Table already exists: taken"),
        ("keyless", "", "Partition key", "Value '' at 'keySchema.1.member.attributeName'"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_stays(
    console: Console, name: str, key: str, label: str, message: str
):
    if name == "taken":
        table_of(console.server, "taken")
    page = console.open("#/create-table")
    fill_keys(page, name, key)
    with console.refusals():
        page.get_by_label("Table name").press("Enter")
        field = page.get_by_label(label, exact=True)
        expect(field).to_have_attribute("aria-invalid", "true")

    expect(field).to_have_accessible_description(re.compile(re.escape(message)))
    expect(field).to_be_focused()
    expect(page.get_by_label("Table name")).to_have_value(name)
    expect(page.get_by_label("Partition key", exact=True)).to_have_value(key)
    console.check_accessibility()


def test_an_index_is_created_and_deleted(console: Console):
    dynamodb = table_of(console.server, "books")
    for number in range(30):
        item = {"id": {"S": str(number)}, "author": {"S": "a" if number % 2 else "b"}}
        dynamodb.put_item(TableName="books", Item=item)
    page = console.open("#/tables/books/indexes")
    page.get_by_role("button", name="Create index").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Partition key", exact=True).fill("author")
    dialog.get_by_label("Index name").fill("x")
    with console.refusals():
        dialog.get_by_role("button", name="Create index").click()
        expect(dialog.get_by_label("Index name")).to_have_accessible_description(
            re.compile("Member must have length greater than or equal to 3")
        )
    dialog.get_by_label("Index name").fill("by-author")
    dialog.get_by_role("button", name="Create index").click()

    index = row(page, "by-author")
    expect(index.get_by_text("Active")).to_be_visible()
    expect(index.get_by_text("30", exact=True)).to_be_visible()
    console.picture("tables-indexes")
    tick(index.get_by_role("radio"))
    page.get_by_role("button", name="Delete", exact=True).click()
    confirm(page, "Delete", "by-author")
    expect(page.get_by_text("No global secondary indexes")).to_be_visible()


def test_the_stream_is_turned_on_with_a_view_type_and_off_again(console: Console):
    table_of(console.server, "meters")
    page = console.open("#/tables/meters/overview")
    page.get_by_role("tab", name="Exports and streams").click()
    expect(page.get_by_role("heading", name="DynamoDB stream details")).to_be_visible()
    page.get_by_role("link", name="Turn on").click()
    tick(page.get_by_role("radio", name="Old image", exact=True))
    page.get_by_role("button", name="Turn on stream").click()

    expect(page.get_by_text("The stream of meters is on: old image.", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="View the live stream")).to_be_visible()
    assert described(console.server, "meters")["StreamSpecification"]["StreamViewType"] == "OLD_IMAGE"
    page.get_by_role("button", name="Turn off").click()
    confirm(page, "Turn off stream")
    expect(page.get_by_text("The stream of meters is off.", exact=True)).to_be_visible()
    assert "StreamSpecification" not in described(console.server, "meters")


def test_a_trigger_of_the_table_is_disabled_enabled_and_deleted(console: Console):
    with_trigger(console.server, "parcels", "ship")
    page = console.open("#/tables/parcels/streams")
    trigger = row(page, "ship")
    tick(trigger.get_by_role("radio"))
    page.get_by_role("button", name="Disable").click()
    expect(trigger.get_by_text("Disabled")).to_be_visible()
    page.get_by_role("button", name="Enable").click()
    expect(trigger.get_by_text("Enabled")).to_be_visible()
    unfold(page.get_by_role("button", name="Create trigger"), page.get_by_role("menuitem", name="Create new"))
    expect(page.get_by_role("menuitem", name="Use existing")).to_be_visible()
    console.picture("tables-triggers")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete", exact=True).click()
    confirm(page, "Delete")

    expect(page.get_by_text("No triggers")).to_be_visible()


def test_a_table_is_deleted_once_its_name_is_typed_and_its_triggers_are_named(console: Console):
    with_trigger(console.server, "letters", "post")
    page = console.open("#/tables/letters/overview")
    page.get_by_role("button", name="Delete table").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("post will be given what is in the stream already")).to_be_visible()
    expect(dialog.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    console.picture("tables-delete")
    console.check_accessibility()
    confirm(page, "Delete", "letters")

    expect(page.get_by_text("Deleted: letters.", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Tables", level=1)).to_be_visible()
    expect(row(page, "letters")).to_have_count(0)


def test_several_tables_are_deleted_and_protected_ones_stay(console: Console):
    for number in range(3):
        table_of(console.server, f"batch-{number}", DeletionProtectionEnabled=number == 2)
    page = console.open("#/tables")
    page.get_by_placeholder("Find tables by name").fill("batch-")
    expect(row(page, "batch-").filter(has_text="Active")).to_have_count(3)
    tick(page.get_by_role("checkbox", name="Select all"))
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog").get_by_text("batch-2: deletion protection is on.")).to_be_visible()
    confirm(page, "Delete", "delete")

    expect(row(page, "batch-")).to_have_count(1)
    expect(row(page, "batch-2")).to_be_visible()


def test_protection_capacity_class_and_tags_are_changed(console: Console):
    table_of(console.server, "rivers")
    page = console.open("#/tables/rivers/settings")
    tick(page.get_by_label("Deletion protection"))
    expect(page.get_by_text("Deletion protection of rivers is on.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Edit capacity").click()
    tick(page.get_by_role("dialog").get_by_role("radio", name="Provisioned"))
    page.get_by_label("Read capacity units").fill("7")
    confirm(page, "Save changes")
    expect(page.get_by_text("The capacity of rivers was changed.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Edit table class").click()
    tick(page.get_by_role("dialog").get_by_role("radio", name="DynamoDB Standard-IA"))
    confirm(page, "Save changes")
    expect(page.get_by_text("The class of rivers was changed.", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Overview").click()
    page.get_by_role("button", name="Manage tags").click()
    page.get_by_role("button", name="Add new tag").click()
    page.get_by_placeholder("Enter key").fill("team")
    page.get_by_placeholder("Enter value").fill("water")
    confirm(page, "Save changes")

    expect(page.get_by_text("water", exact=True)).to_be_visible()
    made = described(console.server, "rivers")
    assert made["DeletionProtectionEnabled"]
    assert made["ProvisionedThroughput"]["ReadCapacityUnits"] == 7
    assert made["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_time_to_live_is_turned_on_by_its_attribute_and_off(console: Console):
    dynamodb = table_of(console.server, "visits")
    page = console.open("#/tables/visits/settings")
    page.get_by_role("button", name="Turn on").click()
    field = page.get_by_role("dialog").get_by_label("TTL attribute name")
    with console.refusals():
        field.press("Enter")
        expect(field).to_have_accessible_description(
            re.compile("attributeName.*must have length", re.IGNORECASE)
        )
    field.fill("expires")
    field.press("Enter")
    expect(page.get_by_text("Time to Live of visits is on.", exact=True)).to_be_visible()
    expect(page.get_by_text("expires", exact=True)).to_be_visible()
    told = dynamodb.describe_time_to_live(TableName="visits")["TimeToLiveDescription"]
    assert told["AttributeName"] == "expires"
    page.get_by_role("button", name="Turn off").click()
    confirm(page, "Turn off TTL")

    expect(page.get_by_text("Time to Live of visits is off.", exact=True)).to_be_visible()
    expect(page.get_by_text("Disabled")).to_be_visible()


def test_of_three_hundred_tables_those_of_the_page_are_described(millrace: Millrace, crowded: Console):
    for number in range(300):
        table_of(millrace, f"table-{number:03}")
    asked: set[str] = set()
    crowded.page.on("request", lambda request: asked.update(_described(request.headers, request.post_data)))
    page = crowded.open("#/tables")
    expect(row(page, "table-019").get_by_text("Active")).to_be_visible()
    expect(page.get_by_text("(300)")).to_be_visible()
    assert asked == {f"table-{number:03}" for number in range(20)}
    page.get_by_role("button", name="Next page").click()
    expect(row(page, "table-039").get_by_text("Active")).to_be_visible()
    crowded.picture("tables-list-300")


def _described(headers: dict[str, str], body: str | None) -> set[str]:
    names = re.findall(r'"TableName":"([^"]+)"', body or "")
    return set(names) if headers.get("x-amz-target", "").endswith(".DescribeTable") else set()
