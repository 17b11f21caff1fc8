"""Logs in the console: live lines, one invocation's lines, search, retention, deletion, and a lot of lines."""

import json
import re
from typing import Any, Literal
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect
from tests.api.millrace_process import Millrace
from tests.console.browser import Console
from tests.console.forms import choose, tick
from tests.console.setting import client_of, function_of

LOOKS: tuple[tuple[int, Literal["dark", "light"]], ...] = ((1280, "dark"), (1920, "light"), (1920, "dark"))
SOURCE = """
import json

def lambda_handler(event, context):
    print("hello", event["name"])
    print(json.dumps({"level": "WARN", "message": "from " + event["name"]}))
    if event.get("fail"):
        raise KeyError("a small mistake")
    return event["name"]
"""


def invoke(client: Any, function_name: str, **event: Any) -> str:
    """The request id."""
    answer = client.invoke(FunctionName=function_name, Payload=json.dumps(event))
    return answer["ResponseMetadata"]["RequestId"]


def stream_of(server: Millrace, group: str) -> str:
    logs = client_of(server, "logs")
    (stream,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    return stream["logStreamName"]


def written(server: Millrace, group: str, stream: str, messages: list[str]) -> None:
    logs = client_of(server, "logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(server.ask("clock")["now"] * 1000) - len(messages)
    events = [{"timestamp": now + n, "message": message} for n, message in enumerate(messages)]
    for at in range(0, len(events), 5_000):
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events[at : at + 5_000])


def address(group: str, stream: str = "", request: str = "") -> str:
    rest = f"/{quote(stream, safe='')}" if stream else ""
    return f"#/logs/{quote(group, safe='')}{rest}{f'?request={request}' if request else ''}"


def lines(page: Page) -> Locator:
    return page.get_by_role("log").locator(".log-row")


def test_lines_appear_as_they_are_written_without_a_reload(console: Console):
    client = function_of(console.server, "talks", SOURCE)
    first = invoke(client, "talks", name="Ann")
    page = console.open("#/logs")
    page.get_by_role("link", name="/aws/lambda/talks").click()
    page.get_by_role("link", name=re.compile(r"\[\$LATEST\]")).click()
    expect(page.get_by_text("hello Ann")).to_be_visible()
    expect(page.get_by_text("Memory", exact=False).first).to_be_visible()

    second = invoke(client, "talks", name="Bob", fail=True)

    expect(page.get_by_text("hello Bob")).to_be_visible()
    expect(page.get_by_text("KeyError").first).to_be_visible()
    expect(page.get_by_text("Failed", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=f"Only the lines of request {first}")).to_be_attached()
    expect(page.get_by_role("link", name=f"Only the lines of request {second}")).to_be_attached()
    console.picture("logs-stream")
    console.check_accessibility()
    page.get_by_role("button", name="Expand").last.click()
    expect(page.get_by_text('"message": "from Bob"')).to_be_visible()


def test_a_request_id_leads_to_exactly_its_lines(console: Console):
    client = function_of(console.server, "several", SOURCE)
    _, request, _ = [invoke(client, "several", name=name) for name in ("one", "two", "three")]
    stream = stream_of(console.server, "/aws/lambda/several")
    page = console.open(address("/aws/lambda/several", stream, request))

    expect(lines(page)).to_have_count(5)  # START, two of the function, END, REPORT
    expect(page.get_by_text("hello two")).to_be_visible()
    expect(page.get_by_text("hello one")).to_be_hidden()
    expect(page.get_by_role("button", name="Jump to newest")).to_be_hidden()
    console.picture("logs-request")
    page.get_by_role("link", name="Show all lines").click()
    expect(page.get_by_text("hello three")).to_be_visible()
    page.get_by_role("link", name=f"Only the lines of request {request}").click()
    expect(lines(page)).to_have_count(5)
    page.go_back()
    expect(page.get_by_text("hello one")).to_be_visible()


def test_a_request_that_left_no_lines_says_so(console: Console):
    written(console.server, "/silent", "one", ["a line"])
    page = console.open(address("/silent", "one", "0b8e-none"))

    expect(page.get_by_text("No lines of this request")).to_be_visible()


def test_a_pattern_finds_lines_across_streams_and_marks_them(console: Console):
    written(
        console.server, "/found", "one", ["ERROR in the mill", "all is well", '{"level": "WARN", "took": 7}']
    )
    page = console.open(f"{address('/found')}?tab=search")
    expect(lines(page)).to_have_count(3)
    pattern = page.get_by_label("Filter pattern", exact=True)

    pattern.fill("ERROR mill")
    pattern.press("Enter")
    expect(lines(page)).to_have_count(1)
    expect(page.locator("mark")).to_have_text(["ERROR", "mill"])
    console.picture("logs-search")
    console.check_accessibility()
    pattern.fill("{ $.took > 5 }")
    pattern.press("Enter")
    expect(page.get_by_text('"took": 7')).to_be_visible()
    expect(lines(page)).to_have_count(1)
    with console.refusals():
        pattern.fill("[ip, user")
        pattern.press("Enter")
        expect(page.get_by_text("Invalid filter pattern")).to_be_visible()
    expect(pattern).to_have_value("[ip, user")
    page.go_back()
    page.reload()
    expect(pattern).to_have_value("{ $.took > 5 }")
    expect(lines(page)).to_have_count(1)


def test_lines_outside_of_the_time_range_are_a_step_away(console: Console):
    written(console.server, "/old", "one", ["an old line"])
    console.server.ask("clock", advance=7200)
    page = console.open(f"{address('/old')}?tab=search")
    expect(page.get_by_text("No matches")).to_be_visible()

    page.get_by_role("button", name="Search the last 12 hours").click()

    expect(page.get_by_text("an old line")).to_be_visible()


def test_a_group_is_made_kept_shorter_and_deleted(console: Console):
    page = console.open("#/logs")
    page.get_by_role("button", name="Create log group").first.click()
    name = page.get_by_label("Log group name")
    name.fill("a bad name!")
    with console.refusals():
        name.press("Enter")
        expect(page.get_by_text("failed to satisfy constraint")).to_be_visible()
    expect(name).to_have_value("a bad name!")
    name.fill("/made/by-hand")
    name.press("Enter")
    expect(page.get_by_text("Log group /made/by-hand was created.")).to_be_visible()

    tick(page.get_by_role("checkbox", name="Select /made/by-hand"))
    page.get_by_role("button", name="Edit retention").click()
    choose(page, "Retention", "7 days", exact=True, within=page.get_by_role("dialog"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile("by-hand")).get_by_text("7 days")).to_be_visible()
    console.picture("logs-groups")
    console.check_accessibility()
    page.get_by_role("link", name="/made/by-hand").click()
    expect(page.get_by_text("No log streams")).to_be_visible()
    page.get_by_role("button", name="Delete log group").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("/made/by-hand was deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="/made/by-hand")).to_be_hidden()


def test_a_stream_is_deleted(console: Console):
    written(console.server, "/streams", "doomed", ["a line"])
    page = console.open(address("/streams"))
    tick(page.get_by_role("checkbox", name="Select doomed"))
    console.picture("logs-group")
    console.check_accessibility()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    expect(page.get_by_text("No log streams")).to_be_visible()


def test_a_group_that_is_not_there_says_when_it_will_be(console: Console):
    page = console.open(address("/aws/lambda/never-ran"))

    expect(page.get_by_text("There is no such log group")).to_be_visible()
    expect(page.get_by_text("never-ran makes it when it first runs")).to_be_visible()


def scrolling_seconds(page: Page, frames: int) -> float:
    """What it costs the page to scroll up so many times, in seconds of its own: others' work does not count."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        told = session.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in told if one["name"] == "TaskDuration")

    before = spent()
    page.evaluate(
        """frames => new Promise(done => {
            const region = document.querySelector('[role=log]');
            const step = left => {
                region.scrollBy(0, -700);
                left === 0 ? done() : requestAnimationFrame(() => step(left - 1));
            };
            step(frames);
        })""",
        frames,
    )
    seconds = spent() - before
    session.detach()
    return seconds


def test_five_thousand_lines_stay_usable(console: Console):
    """Pages of 500, quickly there, and the place is kept while older ones come in above."""
    written(console.server, "/many", "one", [f"line {n:05d} of many" for n in range(5_000)])
    page = console.open(address("/many", "one"))
    expect(page.get_by_text("line 04999 of many")).to_be_in_viewport()
    for count in range(1_000, 5_500, 500):
        page.get_by_role("log").evaluate("region => region.scrollTo(0, 0)")
        top = page.get_by_text(f"line {5_000 - count + 500:05d} of many")
        expect(top).to_be_in_viewport()
        page.get_by_role("button", name="Load older lines").click()
        expect(page.get_by_text(f"{count:,} lines")).to_be_visible()
        expect(top).to_be_in_viewport()
    console.picture("logs-many")
    page.get_by_role("button", name="Jump to newest").click()
    expect(page.get_by_text("line 04999 of many")).to_be_in_viewport()
    assert scrolling_seconds(page, frames=60) < 6


def test_the_live_tail_shows_lines_of_all_functions_and_narrows_them(console: Console):
    clients = {name: function_of(console.server, name, SOURCE) for name in ("left", "right")}
    page = console.open("#/live-tail")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    for name, client in clients.items():
        invoke(client, name, name=f"{name}-hand", fail=name == "right")
    expect(page.get_by_text("hello left-hand")).to_be_visible()
    expect(page.get_by_text("hello right-hand")).to_be_visible()
    console.picture("logs-tail")
    console.check_accessibility()

    page.get_by_label("Filter", exact=True).fill("hello")
    expect(lines(page)).to_have_count(2)
    page.get_by_role("button", name="Pause").click()
    invoke(clients["left"], "left", name="again")
    expect(page.get_by_text("lines wait")).to_be_visible()
    expect(lines(page)).to_have_count(2)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("hello again")).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text("No lines yet")).to_be_visible()


def test_one_groups_tail_leaves_out_the_others(console: Console):
    clients = {name: function_of(console.server, name, SOURCE) for name in ("watched", "other")}
    page = console.open(f"#/live-tail?group={quote('/aws/lambda/watched', safe='')}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    invoke(clients["other"], "other", name="nobody")
    invoke(clients["watched"], "watched", name="somebody")

    expect(page.get_by_text("hello somebody")).to_be_visible()
    expect(page.get_by_text("hello nobody")).to_be_hidden()


def test_pictures_of_logs_in_both_themes_and_widths(console: Console):
    client = function_of(console.server, "shown", SOURCE)
    for name in ("Ann", "Bob", "Cleo"):
        invoke(client, "shown", name=name, fail=name == "Bob")
    stream = stream_of(console.server, "/aws/lambda/shown")
    for width, theme in LOOKS:
        console.page.set_viewport_size({"width": width, "height": 1000})
        console.page.emulate_media(color_scheme=theme)
        page = console.open(address("/aws/lambda/shown", stream))
        page.reload()
        expect(page.get_by_text("hello Cleo")).to_be_visible()
        console.picture(f"logs-stream-{theme}-{width}")
        console.check_accessibility()
        page = console.open(f"{address('/aws/lambda/shown')}?tab=search&pattern={quote('?ERROR ?hello')}")
        expect(page.get_by_text("hello", exact=True).first).to_be_visible()
        console.picture(f"logs-search-{theme}-{width}")
        console.check_accessibility()
