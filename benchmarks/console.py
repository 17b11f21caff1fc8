"""`python -m benchmarks.console`: how long the console takes to show something, and what it costs to load.

In a real browser with an empty cache, a new profile for each visit. The server has some tables and 1,000 items, as
a console that shows nothing is no work.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, Response, sync_playwright
from tests.api.millrace_process import Millrace
from tests.console.browser import launch

from benchmarks import machine
from benchmarks.statistics import Spread, spread
from benchmarks.table import milliseconds

VISITS = 20
REGION = "us-east-1"
TABLE = "Plays"
SCREENS = {
    "home": "#/",
    "tables": "#/tables",
    "items": f"#/tables/{TABLE}/items",
    "functions": "#/functions",
}


@dataclass(frozen=True)
class Opened:
    """How long until a screen showed its data, and what was sent until then (compressed, the API's answers too)."""

    seconds: Spread
    sent_bytes: int
    requests: int


def shown(page: Page, screen: str) -> Locator:
    """What is there once a screen is. Its title is drawn before its data has come, so these are data."""
    match screen:
        case "home":
            return page.get_by_role("link", name=f"Table {TABLE}")
        case "tables":
            return page.get_by_role("link", name=TABLE, exact=True)
        case "items":
            return page.get_by_text("Items returned:")
        case _:
            return page.get_by_text("No functions")


def fill(server: Millrace) -> None:
    client = server.client("dynamodb", region_name=REGION)
    for name in (TABLE, "Achievements", "Orders", "Customers"):
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
    for start in range(0, 1000, 25):
        items = [
            {"id": {"S": f"player-{number}"}, "score": {"N": str(number)}}
            for number in range(start, start + 25)
        ]
        client.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": item}} for item in items]})


def opened(browser: Browser, server: Millrace, screen: str) -> Opened:
    visits = [visit(browser, server, screen) for _ in range(VISITS)]
    return Opened(spread(seconds for seconds, _, _ in visits), visits[-1][1], visits[-1][2])


def visit(browser: Browser, server: Millrace, screen: str) -> tuple[float, int, int]:
    """Seconds by the page's own clock since the navigation began, bytes and requests."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 -- Playwright wraps only functions
    page.goto(f"{server.url}/{SCREENS[screen]}", wait_until="commit")
    shown(page, screen).first.wait_for()
    seconds = page.evaluate("() => performance.now()") / 1000
    page.wait_for_load_state()
    ended = [answer for answer in answers if "/tail" not in answer.url]
    sent = sum(answer.request.sizes()["responseBodySize"] for answer in ended)
    context.close()
    return seconds, sent, len(ended)


def main() -> None:
    print("# The console\n")
    for name, fact in machine.facts().items():
        print(f"- {name}: {fact}")
    print(f"- {VISITS} visits with an empty cache for each screen; load before: {machine.load()}\n")
    print("| screen | p50 | longest | sent, compressed | requests |\n| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Millrace(Path(folder)).start()
        browser = launch(playwright)
        fill(server)
        for screen in SCREENS:
            found = opened(browser, server, screen)
            p50, longest = milliseconds(found.seconds.p50), milliseconds(found.seconds.maximum)
            print(
                f"| {screen} | {p50} ms | {longest} ms | {found.sent_bytes // 1024} KiB | {found.requests} |"
            )
        browser.close()
        server.stop()


if __name__ == "__main__":
    main()
