"""The live list of a table's changes."""

import contextlib
import json
import re

import pytest
from playwright.sync_api import Page, expect
from tests.console.browser import Console
from tests.console.forms import choose, tick
from tests.console.loop import Loop
from tests.console.setting import table_of

TRIES = 5


@pytest.fixture
def loop(console: Console) -> Loop:
    return Loop(console.server)


def address(loop: Loop) -> str:
    return f"#/tables/{loop.table}/stream"


def opened(console: Console, loop: Loop) -> Page:
    page = console.open(address(loop))
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page


def look_at(page: Page, text: str) -> None:
    """Take a change of the list. It may move down meanwhile, as newer ones come, and the click goes to another."""
    row = page.get_by_role("row").filter(has_text=text).first
    for _ in range(TRIES):
        row.click()
        with contextlib.suppress(AssertionError):
            expect(row.get_by_role("radio")).to_be_checked(timeout=1_000)
            return
    raise AssertionError(f"{text} is not chosen after {TRIES} clicks")


def test_changes_appear_as_they_are_made_with_what_became_different(console: Console, loop: Loop):
    page = opened(console, loop)
    expect(page.get_by_text("No changes yet")).to_be_visible()
    console.check_accessibility()

    loop.put("ada", score={"N": "1"}, old={"BOOL": True})
    expect(page.get_by_role("row").filter(has_text="INSERT")).to_contain_text("old true, score 1")
    loop.put("ada", score={"N": "2"}, badge={"S": "gold"})
    expect(page.get_by_role("row").filter(has_text="MODIFY")).to_contain_text(
        "+ badge gold, \N{MINUS SIGN} old, score 1 → 2"
    )
    loop.delete("ada")
    expect(page.get_by_role("row").filter(has_text="REMOVE")).to_be_visible()

    look_at(page, "MODIFY")
    differences = page.locator("table.item-diff")
    expect(differences.get_by_role("row").filter(has_text="score")).to_contain_text("Changed")
    expect(differences.get_by_role("row").filter(has_text="badge")).to_contain_text("Added")
    expect(differences.get_by_role("row").filter(has_text="old").last).to_contain_text("Removed")


def test_arrow_keys_go_from_change_to_change_and_the_address_tells_which(console: Console, loop: Loop):
    for player in ("ada", "bob", "cleo"):
        loop.put(player)
    page = opened(console, loop)
    expect(page.get_by_role("row").filter(has=page.get_by_role("radio"))).to_have_count(3)
    look_at(page, "bob")
    heading = page.get_by_role("heading", level=2)
    expect(heading.filter(has_text="bob")).to_be_visible()

    page.keyboard.press("ArrowUp")
    expect(heading.filter(has_text="cleo")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(heading.filter(has_text="ada")).to_be_visible()

    page.reload()
    expect(heading.filter(has_text="ada")).to_be_visible()


def test_the_event_is_what_a_function_gets_and_can_be_sent_to_one(console: Console, loop: Loop):
    loop.put("ada", score={"N": "1"})
    page = opened(console, loop)
    look_at(page, "INSERT")
    page.get_by_role("tab", name="Event").click()
    shown = page.get_by_label("The event as Lambda receives it")
    expect(shown).to_contain_text("SequenceNumber")
    console.picture("stream-event")
    console.check_accessibility()
    (record,) = json.loads(shown.inner_text())["Records"]

    assert record["eventName"] == "INSERT"
    assert record["eventSourceARN"] == loop.stream
    assert record["dynamodb"]["NewImage"] == {"player": {"S": "ada"}, "score": {"N": "1"}}
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], int)

    page.get_by_role("button", name="Send to a function").click()
    dialog = page.get_by_role("dialog", name="Send to a function")
    choose(page, "Function", loop.function, within=dialog)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_contain_text('{"heard": 1}')
    expect(dialog).to_contain_text("heard 1")
    console.picture("stream-send")


def test_changes_are_filtered_by_event_and_key(console: Console, loop: Loop):
    loop.put("ada")
    loop.put("bob")
    loop.delete("ada")
    page = opened(console, loop)
    rows = page.get_by_role("row").filter(has=page.get_by_role("radio"))
    expect(rows).to_have_count(3)

    page.get_by_placeholder("Find changes by key").fill("AD")
    expect(rows).to_have_count(2)
    choose(page, "Event", "REMOVE")
    expect(rows).to_have_count(1)
    page.get_by_placeholder("Find changes by key").fill("bob")
    expect(page.get_by_text("No changes like that")).to_be_visible()


def test_a_paused_list_stands_still_and_counts_what_waits(console: Console, loop: Loop):
    page = opened(console, loop)
    page.get_by_role("button", name="Pause").click()
    loop.put("ada")
    expect(page.get_by_text("Paused, 1 new")).to_be_visible()
    expect(page.get_by_text("No changes yet")).to_be_visible()

    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("row").filter(has_text="ada")).to_be_visible()


def test_what_happened_tells_delivered_from_filtered_and_leads_to_the_log(console: Console, loop: Loop):
    pattern = json.dumps({"eventName": ["INSERT"]})
    loop.connect(FilterCriteria={"Filters": [{"Pattern": pattern}]})
    loop.put("ada", score={"N": "1"})
    loop.put("ada", score={"N": "2"})
    loop.server.idle()
    page = opened(console, loop)

    look_at(page, "INSERT")
    page.get_by_role("tab", name="What happened").click()
    happened = page.get_by_role("region", name=f"What happened at {loop.function}")
    expect(happened).to_contain_text("Delivered")
    expect(happened.get_by_role("link", name="Log lines")).to_have_attribute(
        "href", re.compile(r"^#/logs/.*request=")
    )
    console.picture("stream-journey-delivered")
    look_at(page, "MODIFY")
    expect(happened).to_contain_text("Filtered out")
    expect(happened).to_contain_text('eventName should be ["INSERT"], and is "MODIFY"')
    console.check_accessibility()
    console.picture("stream-journey-filtered")


def test_an_item_that_expired_says_so(console: Console, loop: Loop):
    loop.dynamodb.update_time_to_live(
        TableName=loop.table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    page = opened(console, loop)
    now = loop.server.ask("clock")["now"]
    loop.put("ada", until={"N": str(int(now))})

    expect(page.get_by_role("row").filter(has_text="REMOVE")).to_contain_text("expired by TTL")


def test_a_long_stream_is_opened_at_its_newest_and_read_back_in_pages(console: Console, loop: Loop):
    for start in range(0, 600, 25):
        items = [{"PutRequest": {"Item": {"player": {"S": f"p{start + at:04}"}}}} for at in range(25)]
        loop.dynamodb.batch_write_item(RequestItems={loop.table: items})
    page = opened(console, loop)
    rows = page.get_by_role("row").filter(has=page.get_by_role("radio"))
    expect(rows.first).to_contain_text("p05")
    expect(rows).to_have_count(50)
    console.picture("stream-long")

    page.get_by_role("button", name="Read older changes").click()
    expect(page.get_by_text("(600)")).to_be_visible()
    page.get_by_role("button", name="Page 12").click()
    expect(page.get_by_role("row").filter(has_text="p0000")).to_be_visible()
    page.get_by_role("button", name="Jump to the newest").click()
    expect(rows.first).to_contain_text("p05")


def test_a_table_without_a_stream_says_how_to_turn_it_on(console: Console):
    table_of(console.server, "Still")
    page = console.open("#/tables/Still/stream")

    expect(page.get_by_text("The stream of this table is off")).to_be_visible()
    expect(page.get_by_role("link", name="Turn on stream")).to_have_attribute(
        "href", "#/tables/Still/turn-on-stream"
    )


def test_a_change_is_looked_at_below_the_list_or_beside_it_where_there_is_room(console: Console, loop: Loop):
    for player in ("ada", "bob"):
        loop.put(player, score={"N": "1"}, name={"S": "A name"})
        loop.put(player, score={"N": "2"}, name={"S": "A name"}, tags={"SS": ["one", "two"]})
    loop.delete("bob")
    page = opened(console, loop)
    look_at(page, "MODIFY")

    expect(page.locator("table.item-diff")).to_be_visible()
    console.looks("stream")


def test_a_shard_is_split_and_its_children_tell_their_parent(console: Console, loop: Loop):
    loop.put("ada")
    page = opened(console, loop)
    page.get_by_role("button", name=re.compile("^Stream details and shards")).click()
    shards = page.get_by_role("table", name="Shards")
    expect(shards.get_by_role("row")).to_have_count(2)
    tick(shards.get_by_role("radio").first)
    page.get_by_role("button", name="Split", exact=True).click()

    expect(shards.get_by_role("row")).to_have_count(4)
    parent = shards.get_by_role("row").last
    expect(parent).to_contain_text("Closed")
    name = parent.get_by_role("rowheader").inner_text()
    for child in (1, 2):
        expect(shards.get_by_role("row").nth(child)).to_contain_text("50%")
        expect(shards.get_by_role("row").nth(child)).to_contain_text(name)
    shards.scroll_into_view_if_needed()
    console.looks("stream-shards")
    loop.dynamodb.update_table(TableName=loop.table, StreamSpecification={"StreamEnabled": False})
    expect(page.get_by_text(re.compile("is off: what it has recorded stays"))).to_be_visible()
    expect(page.get_by_text("INSERT").first).to_be_visible()
