"""Triggers: how they get on, what they tried, and how they are made and changed."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from tests.console.browser import Console
from tests.console.forms import choose, tick
from tests.console.loop import BROKEN, Loop
from tests.console.setting import client_of


@pytest.fixture
def loop(console: Console) -> Loop:
    return Loop(console.server)


def opened(console: Console, loop: Loop, uuid: str) -> Page:
    page = console.open(f"#/triggers/{uuid}")
    expect(page.get_by_role("heading", name=f"{loop.table} → {loop.function}")).to_be_visible()
    return page


def told_waits(page: Page) -> tuple[int, list[float]]:
    """The first attempt that the time line tells of, and how long it waited after it and after each that followed."""
    told = page.get_by_role("list", name="Deliveries").inner_text()
    factor = {"ms": 0.001, "s": 1.0}
    waits = [float(number) * factor[unit] for number, unit in re.findall(r"waited ([\d.]+) (ms|s)\b", told)]
    return int(re.findall(r"#(\d+)", told)[0]), waits


def settings(loop: Loop, uuid: str) -> dict[str, object]:
    mapping = loop.lambda_.get_event_source_mapping(UUID=uuid)
    return {
        name: mapping[name] for name in ("BatchSize", "MaximumRetryAttempts", "State", "StartingPosition")
    }


def test_a_trigger_is_created_and_shows_what_it_delivers(console: Console, loop: Loop):
    loop.put("ada")
    page = console.open(f"#/create-trigger?table={loop.table}&function={loop.function}")
    expect(page.get_by_role("heading", name="Create trigger")).to_be_visible()
    tick(page.get_by_label("Trim horizon"))
    page.get_by_label("Batch size").fill("7")
    page.get_by_role("button", name="Add pattern").click()
    expect(page.get_by_label("Pattern 1", exact=True).last).to_contain_text("INSERT")
    console.looks("trigger-create")
    page.get_by_role("button", name="Create trigger").click()

    expect(page.get_by_role("list", name="Records")).to_contain_text("Delivered 1")
    uuid = page.url.rpartition("/")[2]
    assert settings(loop, uuid) == {
        "BatchSize": 7,
        "MaximumRetryAttempts": -1,
        "State": "Enabled",
        "StartingPosition": "TRIM_HORIZON",
    }
    loop.delete("ada")
    expect(page.get_by_role("list", name="Records")).to_contain_text("Filtered 1")
    expect(page.get_by_text("Batch of 1 record")).to_be_visible()

    page.get_by_role("button", name="Log lines of attempt 1").click()
    expect(page.get_by_role("region", name="Log lines")).to_contain_text("heard 1")
    expect(page.get_by_role("link", name="In the log")).to_have_attribute(
        "href", re.compile(r"^#/logs/.*request=")
    )
    console.check_accessibility()
    console.picture("trigger-delivered")


def test_a_role_that_may_not_read_the_stream_is_let_to_and_the_creation_repeated(
    console: Console, loop: Loop
):
    loop.forbid()
    page = console.open(f"#/create-trigger?table={loop.table}")
    choose(page, "Function", loop.function)
    page.get_by_label("Batch size").fill("9")
    with console.refusals():
        page.get_by_role("button", name="Create trigger").click()
        expect(page.get_by_text(re.compile("^Cannot access stream"))).to_be_visible()
    console.picture("trigger-create-refused")
    page.get_by_role("button", name="Let the role read this stream").click()

    expect(page.get_by_role("heading", name=f"{loop.table} → {loop.function}")).to_be_visible()
    assert settings(loop, page.url.rpartition("/")[2])["BatchSize"] == 9


def test_bad_input_is_told_beside_its_field_and_nothing_is_lost(console: Console, loop: Loop):
    page = console.open("#/create-trigger")
    page.get_by_role("button", name="Create trigger").click()
    expect(page.get_by_text("Choose a table.")).to_be_visible()
    expect(page.get_by_text("Choose a function.")).to_be_visible()

    choose(page, "Table", loop.table)
    choose(page, "Function", loop.function)
    page.get_by_label("Batch size").fill("ten")
    page.get_by_role("button", name="Create trigger").click()
    expect(page.get_by_text("Enter a whole number.")).to_be_visible()

    page.get_by_label("Batch size").fill("10001")
    with console.refusals():
        page.get_by_label("Batch size").press("Enter")
        expect(page.get_by_text(re.compile("'10001' at 'batchSize'"))).to_be_visible()
    expect(page.get_by_label("Batch size")).to_be_focused()

    page.get_by_label("Batch size").fill("10")
    page.get_by_role("button", name="Add pattern").click()
    pattern = page.locator(".cm-content")
    pattern.fill('{"eventName": "INSERT"}')
    with console.refusals():
        page.get_by_role("button", name="Create trigger").click()
        expect(page.get_by_text("Invalid filter pattern definition.")).to_be_visible()
    pattern.fill('{"eventName": ')
    page.get_by_role("button", name="Create trigger").click()
    expect(page.get_by_text(re.compile("^Not JSON"))).to_be_visible()
    console.picture("trigger-create-wrong")
    pattern.fill('{"eventName": ["INSERT"]}')
    page.get_by_role("button", name="Create trigger").click()

    expect(page.get_by_role("heading", name=f"{loop.table} → {loop.function}")).to_be_visible()


def test_the_parameters_of_a_trigger_are_edited(console: Console, loop: Loop):
    uuid = loop.connect(FilterCriteria={"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]})
    page = opened(console, loop, uuid)
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Batch size")).to_have_value("100")
    page.get_by_label("Batch size").fill("5")
    page.get_by_label("Retry attempts").fill("2")
    tick(page.get_by_label("Report batch item failures"))
    page.get_by_role("button", name="Remove pattern 1").click()
    console.looks("trigger-edit")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_text("None: every change is delivered")).to_be_visible()
    mapping = loop.lambda_.get_event_source_mapping(UUID=uuid)
    assert (mapping["BatchSize"], mapping["MaximumRetryAttempts"]) == (5, 2)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "FilterCriteria" not in mapping


def told_of(console: Console, loop: Loop) -> str:
    """A queue that the function's role may tell of failures, and an alias `live` of the function; the queue's ARN."""
    sqs = client_of(console.server, "sqs")
    url = sqs.create_queue(QueueName=f"{loop.table}-failures")["QueueUrl"]
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    loop.iam.put_role_policy(RoleName=loop.role, PolicyName="queue", PolicyDocument=document)
    version = loop.lambda_.publish_version(FunctionName=loop.function)["Version"]
    loop.lambda_.create_alias(FunctionName=loop.function, Name="live", FunctionVersion=version)
    arn: str = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return arn


def test_a_trigger_of_an_alias_tells_its_destination_and_accounts_for_every_record(console: Console):
    loop = Loop(console.server, BROKEN)
    queue = told_of(console, loop)
    page = console.open(f"#/create-trigger?table={loop.table}&function={loop.function}")
    choose(page, "Version or alias", re.compile("^live"))
    page.get_by_label("Concurrent batches per shard").fill("4")
    page.get_by_label("Tumbling window duration in seconds").fill("30")
    page.get_by_label("Retry attempts").fill("0")
    page.get_by_label("On-failure destination").fill(f"{queue}-other")
    with console.refusals():
        page.get_by_role("button", name="Create trigger").click()
        expect(page.get_by_text(re.compile("^Parallelization factor must be equal to 1"))).to_be_visible()
        page.get_by_label("Tumbling window duration in seconds").fill("0")
        page.get_by_role("button", name="Create trigger").click()
        expect(page.get_by_text(re.compile("^The destination ARN .* is invalid"))).to_be_visible()
    expect(page.get_by_label("On-failure destination")).to_be_focused()
    console.picture("trigger-create-destination")
    page.get_by_label("On-failure destination").fill(queue)
    page.get_by_role("button", name="Create trigger").click()

    title = f"{loop.table} → {loop.function}:live"
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    loop.put("ada")
    loop.server.idle()
    expect(page.get_by_text(f"Sent to {queue}")).to_be_visible()
    metrics = page.get_by_role("heading", name="Event source mapping metrics")
    metrics.scroll_into_view_if_needed()
    page.get_by_text(re.compile("^By shard")).click()
    line = page.get_by_role("table", name="Records by shard").get_by_role("row").nth(1)
    expect(line.get_by_role("cell").nth(1)).to_have_text("4")
    expect(line.get_by_role("cell").nth(5)).to_have_text("1")
    expect(page.get_by_text("Told of 1")).to_be_visible()
    console.looks("trigger-accounting")
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("On-failure destination")).to_have_value(queue)
    page.get_by_label("On-failure destination").fill("")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_role("heading", name=title)).to_be_visible()
    mapping = loop.lambda_.get_event_source_mapping(UUID=page.url.rpartition("/")[2])
    assert (mapping["ParallelizationFactor"], mapping["FunctionArn"].rpartition(":")[2]) == (4, "live")
    assert not mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")


def test_a_failing_function_shows_its_attempts_with_growing_waits_until_it_is_repaired(console: Console):
    loop = Loop(console.server, BROKEN)
    uuid = loop.connect()
    loop.put("ada")
    page = opened(console, loop, uuid)
    expect(page.get_by_text("#4", exact=True)).to_be_visible()
    expect(page.get_by_text("Failing")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^next try in ")).first).to_be_visible()
    expect(page.get_by_text(re.compile("KeyError: 'a small mistake'")).first).to_be_visible()
    console.looks("trigger-failing")
    first, waits = told_waits(page)
    assert len(waits) >= 3
    for attempt, seconds in enumerate(waits, first):
        # A busy machine may wait for longer, but never for less.
        assert seconds > 0.8 * 0.25 * 2 ** (attempt - 1)

    loop.repair()
    records = page.get_by_role("list", name="Records")
    expect(records).to_contain_text("Pending 0")
    expect(records).to_contain_text("Delivered 1")
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    console.picture("trigger-repaired")


def test_records_that_were_given_up_are_counted_by_their_reason(console: Console):
    loop = Loop(console.server, BROKEN)
    uuid = loop.connect(MaximumRetryAttempts=1)
    loop.put("ada")
    loop.server.idle()
    page = opened(console, loop, uuid)

    expect(page.get_by_role("list", name="Records")).to_contain_text("Discarded: RetryAttemptsExhausted 1")
    expect(page.get_by_text("Discarded: RetryAttemptsExhausted").last).to_be_visible()


def test_a_missing_permission_is_shown_and_given(console: Console, loop: Loop):
    uuid = loop.connect()
    loop.forbid()
    loop.put("ada")
    page = opened(console, loop, uuid)
    expect(page.get_by_text(f"The role {loop.role} may not read the stream")).to_be_visible()
    expect(page.locator("pre").first).to_contain_text('"dynamodb:GetRecords"')
    console.check_accessibility()
    console.picture("trigger-missing")
    page.get_by_role("button", name="Allow it").click()

    expect(page.get_by_role("list", name="Records")).to_contain_text("Delivered 1")
    expect(page.get_by_text(f"The role {loop.role} may not read the stream")).to_have_count(0)
    document = loop.iam.get_role_policy(RoleName=loop.role, PolicyName=f"read-stream-of-{loop.table}")
    assert len(document["PolicyDocument"]["Statement"]) == 1


def test_triggers_are_disabled_enabled_and_deleted_from_the_list(console: Console, loop: Loop):
    uuid = loop.connect()
    page = console.open("#/triggers")
    page.get_by_placeholder("Find triggers by table, function or state").fill(loop.function)
    row = page.get_by_role("row").filter(has_text=loop.table)
    tick(row.get_by_role("checkbox"))
    page.get_by_role("button", name="Disable").click()
    expect(row).to_contain_text("Disabled")
    loop.put("ada")
    expect(row.get_by_role("cell").nth(5)).to_have_text(re.compile("^1"))

    page.get_by_role("button", name="Enable", exact=True).click()
    expect(row).to_contain_text("Enabled")
    expect(row.get_by_role("cell").nth(2)).to_have_text("1")
    console.looks("triggers")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert uuid not in json.dumps(loop.lambda_.list_event_source_mappings(), default=str)
