"""Tables that take their time: what they are going through is shown, waited for, and never asked too much."""

import re
from collections import Counter
from collections.abc import Callable

from playwright.sync_api import Page, Response, expect
from tests.console.browser import Console
from tests.console.setting import client_of, described, table_of

Visit = Callable[..., Console]
# What tables go through lasts until the test has looked at it, however long that takes: then the clock is moved.
DELAY = 3_600
SLOWLY = ("--table-delay", str(DELAY))


def go_on(console: Console) -> None:
    """What is under way is over."""
    console.server.ask("clock", advance=DELAY)


def targets(console: Console) -> Counter[str]:
    """How often each operation was asked for."""
    asked = (answer.request.headers.get("x-amz-target", "") for answer in console.answers)
    return Counter(target.rpartition(".")[2] for target in asked)


def is_answer(answer: Response, operation: str) -> bool:
    return answer.request.headers.get("x-amz-target", "").endswith(f".{operation}")


def hurry(console: Console, operation: str) -> float:
    """How often an operation was asked for in a second, the first few times aside."""
    times = [answer.request.timing["startTime"] for answer in console.answers if is_answer(answer, operation)]
    return max(0, len(times) - 5) / max(1, (max(times) - min(times)) / 1_000)


def create(page: Page, name: str) -> None:
    page.get_by_label("Table name").fill(name)
    page.get_by_label("Partition key", exact=True).fill("id")
    page.get_by_role("button", name="Create table").click()


def test_a_new_table_is_waited_for_and_then_shows_all_its_sections(visit: Visit):
    console = visit(*SLOWLY)
    create(console.open("#/create-table"), "Slow")
    page = console.page

    expect(page.get_by_text("The table Slow is being created.").first).to_be_visible()
    expect(page.get_by_text("Slow is being created", exact=True)).to_be_visible()
    expect(page.get_by_text("Creating", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Explore table items")).to_have_attribute("aria-disabled", "true")
    console.looks("table-creating")
    go_on(console)
    expect(page.get_by_role("tab", name="Indexes")).to_be_visible()
    expect(page.get_by_text("Slow is being created", exact=True)).to_have_count(0)
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    assert hurry(console, "DescribeTable") < 2


def test_items_of_a_new_table_are_read_once_it_is_there(visit: Visit):
    console = visit(*SLOWLY)
    table_of(console.server, "Soon")

    page = console.open("#/tables/Soon/items")

    expect(page.get_by_text("Soon is being created")).to_be_visible()
    go_on(console)
    expect(page.get_by_text("The table has none")).to_be_visible()
    assert targets(console)["Scan"] == 1


def test_a_table_being_deleted_is_listed_until_it_is_gone(visit: Visit):
    console = visit(*SLOWLY)
    table_of(console.server, "Going")
    go_on(console)
    page = console.open("#/tables/Going/overview")

    page.get_by_role("button", name="Delete table").click()
    page.get_by_label("To confirm, type Going").fill("Going")
    page.get_by_role("button", name="Delete", exact=True).click()

    row = page.get_by_role("row", name="Going")
    expect(row).to_contain_text("Deleting")
    console.picture("tables-deleting")
    go_on(console)
    expect(row).to_have_count(0)
    expect(page.get_by_text("No tables")).to_be_visible()


def test_a_page_of_a_table_that_somebody_deletes_says_so(visit: Visit):
    console = visit(*SLOWLY)
    dynamodb = table_of(console.server, "Leaving")
    go_on(console)
    page = console.open("#/tables/Leaving/overview")
    expect(page.get_by_role("tab", name="Indexes")).to_be_visible()
    dynamodb.delete_table(TableName="Leaving")

    expect(page.get_by_text("Leaving is being deleted")).to_be_visible()
    console.picture("table-deleting")
    go_on(console)
    expect(page.get_by_text("There is no such table")).to_be_visible()


def test_a_new_index_shows_how_far_it_is(visit: Visit):
    console = visit(*SLOWLY)
    dynamodb = table_of(console.server, "Wide")
    go_on(console)
    dynamodb.get_waiter("table_exists").wait(TableName="Wide", WaiterConfig={"Delay": 1})
    for number in range(4):
        dynamodb.put_item(TableName="Wide", Item={"id": {"S": str(number)}, "town": {"S": "Ede"}})
    page = console.open("#/tables/Wide/indexes")

    page.get_by_role("button", name="Create index").click()
    page.get_by_label("Partition key", exact=True).fill("town")
    page.get_by_label("Index name").fill("by-town")
    page.get_by_role("button", name="Create index").last.click()

    expect(page.get_by_text("Wide is being updated")).to_be_visible()
    go_on(console)
    expect(page.get_by_text(re.compile(r"Backfilling: \d of 4 items"))).to_be_visible()
    console.picture("table-index-filling")
    console.check_accessibility()
    go_on(console)
    expect(page.get_by_role("row", name="by-town")).to_contain_text("Active")
    assert described(console.server, "Wide")["GlobalSecondaryIndexes"][0]["ItemCount"] == 4


def test_time_to_live_of_a_new_table_waits_for_it(visit: Visit):
    console = visit(*SLOWLY)
    page = console.open("#/create-table")

    page.get_by_label("Table name").fill("Expiring")
    page.get_by_label("Partition key", exact=True).fill("id")
    page.get_by_text("Customize settings").click()
    page.get_by_label("TTL attribute name").fill("until")
    with page.expect_response(lambda answer: is_answer(answer, "CreateTable")):
        page.get_by_role("button", name="Create table").click()
    go_on(console)

    expect(page.get_by_text("On: until")).to_be_visible()
    told = client_of(console.server, "dynamodb").describe_time_to_live(TableName="Expiring")
    assert told["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
