"""The article's walk, step for step, in a browser and nowhere else: from an empty server to a repaired trigger.

https://xebia.com/blog/using-dynamodb-streams-to-run-additional-processing/
"""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.console.browser import Console
from tests.console.forms import pick, retype, tick

BROKEN = """\
def lambda_handler(event, context):
    raise ValueError("a small mistake in the lambda code")
"""
REPAIRED = """\
import json

def lambda_handler(event, context):
    print("Received event: " + json.dumps(event))
    for record in event['Records']:
        print("do something useful")
    return 'Successfully processed {} records.'.format(len(event['Records']))
"""


def test_the_whole_article_is_walked_in_the_browser(visit: Callable[..., Console]):
    console = visit()
    page = console.open()
    create_the_table(console, page)
    turn_its_stream_on(console, page)
    create_the_trigger(console, page)
    log = console.tab("#/live-tail?group=%2Faws%2Flambda%2FJansFunction")
    expect(log.get_by_text("Live", exact=True).first).to_be_visible()
    # What is behind another tab is drawn once a second.
    page.bring_to_front()
    write_the_item(console, page)
    expect(log.get_by_text("Received event:").first).to_be_visible()
    expect(log.get_by_text('"eventName": "INSERT"').first).to_be_visible()
    console.picture("article-6-log-lines", log)
    update_the_item(console, page)
    expect(log.get_by_text('"eventName": "MODIFY"').first).to_be_visible()
    see_old_and_new_image(console, page)
    deploy(page, BROKEN)
    write_two_more(page)
    watch_the_attempts(console, page)
    deploy(page, REPAIRED)
    watch_the_waiting_records_arrive(console, page)


def go(page: Page, screen: str) -> None:
    page.get_by_role("navigation", name="Screens").get_by_role("link", name=screen).click()
    expect(page.get_by_role("heading", level=1, name=screen)).to_be_visible()


def create_the_table(console: Console, page: Page) -> None:
    go(page, "Tables")
    page.get_by_role("link", name="Create table").first.click()
    page.get_by_label("Table name").fill("JansTable")
    page.get_by_label("Partition key", exact=True).first.fill("JansPartition")
    console.picture("article-1-create-table")
    page.get_by_role("button", name="Create table").click()
    expect(page.get_by_role("heading", name="JansTable")).to_be_visible()


def turn_its_stream_on(console: Console, page: Page) -> None:
    page.get_by_role("tab", name="Exports and streams").click()
    expect(page.get_by_role("heading", name="DynamoDB stream details")).to_be_visible()
    console.picture("article-2-exports-and-streams")
    page.get_by_role("link", name="Turn on").click()
    tick(page.get_by_role("radio", name="New and old images"))
    console.picture("article-3-view-type")
    page.get_by_role("button", name="Turn on stream").click()
    expect(page.get_by_role("link", name="View the live stream")).to_be_visible()


def create_the_trigger(console: Console, page: Page) -> None:
    pick(page, "Create trigger", "Create new", exact=False)
    page.get_by_label("Filter blueprints").fill("DynamoDB-process-stream-python")
    page.get_by_text("Process updates made to a DDB table").click()
    page.get_by_label("Function name").fill("JansFunction")
    expect(page.get_by_label("Role name")).to_have_value("JansFunction-role")
    console.picture("article-4-create-function")
    page.get_by_role("button", name="Create function").click()
    expect(page).to_have_url(f"{console.base}#/functions/JansFunction/code")
    expect(page.get_by_label("lambda_function.py")).to_contain_text("Received event")
    console.picture("article-5-code")


def write_the_item(console: Console, page: Page) -> None:
    go(page, "Tables")
    page.get_by_role("link", name="JansTable", exact=True).click()
    page.get_by_role("link", name="Explore table items").click()
    page.get_by_role("link", name="Create item").first.click()
    page.get_by_role("button", name="JSON view").click()
    retype(page.get_by_label("Item as JSON"), '{"JansPartition": {"S": "hello world"}}')
    console.picture("article-6-create-item")
    page.get_by_role("button", name="Create item").click()
    expect(page.get_by_role("link", name="hello world")).to_be_visible()


def update_the_item(console: Console, page: Page) -> None:
    page.get_by_role("link", name="hello world").click()
    pick(page, "Add new attribute", "String")
    page.get_by_label("Name of new attribute").fill("moreData")
    page.get_by_label("Value of moreData").fill("hello again")
    expect(page.get_by_role("row", name="Added moreData")).to_be_visible()
    page.get_by_role("heading", name="Review changes").scroll_into_view_if_needed()
    console.picture("article-7-review-changes")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The item was saved in JansTable.").first).to_be_visible()


def see_old_and_new_image(console: Console, page: Page) -> None:
    page.goto(f"{console.base}#/tables/JansTable/stream")
    page.get_by_role("row").filter(has_text="MODIFY").first.click()
    expect(page.get_by_role("row").filter(has_text="moreData").last).to_contain_text("Added")
    console.picture("article-8-old-and-new-image")
    page.get_by_role("tab", name="What happened").click()
    expect(page.get_by_text("Delivered").first).to_be_visible()
    console.picture("article-9-what-happened")


def deploy(page: Page, code: str) -> None:
    go(page, "Functions")
    page.get_by_role("link", name="JansFunction", exact=True).click()
    retype(page.get_by_label("lambda_function.py"), code)
    page.get_by_role("button", name="Deploy", exact=True).click()
    expect(page.get_by_text("Deployed JansFunction.")).to_be_visible()


def write_two_more(page: Page) -> None:
    page.goto(f"{page.url.split('#')[0]}#/tables/JansTable/items/create")
    for value in ("one", "two"):
        page.get_by_label("Value of JansPartition").fill(value)
        page.get_by_role("button", name="Create item").click()
        expect(page.get_by_role("link", name=value, exact=True)).to_be_visible()
        page.get_by_role("link", name="Create item").first.click()


def watch_the_attempts(console: Console, page: Page) -> None:
    go(page, "Triggers")
    expect(page.get_by_text("Failing")).to_be_visible()
    console.picture("article-10-triggers")
    page.get_by_role("link", name="JansTable").first.click()
    expect(page.get_by_text("#4", exact=True)).to_be_visible()
    expect(page.get_by_text("a small mistake in the lambda code").first).to_be_visible()
    console.picture("article-11-attempts")
    console.check_accessibility()


def watch_the_waiting_records_arrive(console: Console, page: Page) -> None:
    go(page, "Triggers")
    page.get_by_role("link", name="JansTable").first.click()
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    console.picture("article-12-repaired")
    assert [one["pending"] for one in console.server.idle()["mappings"]] == [0]
