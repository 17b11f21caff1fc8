"""Functions in the console: versions and aliases, layers, destinations, logging, and other languages than Python."""

import json
import re

from playwright.sync_api import Page, expect
from tests.api.millrace_process import zipped
from tests.console.browser import Console
from tests.console.forms import choose, tick
from tests.console.setting import MAY_LOG, client_of, function_of

QUEUES = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}


def dialog(page: Page, action: str) -> None:
    """Take the dialog's main button, and wait until it is gone."""
    page.get_by_role("dialog").get_by_role("button", name=action, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_versions_are_published_and_an_alias_divides_its_invocations(console: Console):
    lambda_ = function_of(console.server, "versioned")
    page = console.open("#/functions/versioned/versions")
    for number in (1, 2):
        page.get_by_role("button", name="Publish new version").first.click()
        page.get_by_label("Version description").fill(f"release {number}")
        dialog(page, "Publish")
        expect(page.get_by_role("row").filter(has_text=f"release {number}")).to_be_visible()
        lambda_.update_function_configuration(FunctionName="versioned", Description="changed")

    page.get_by_role("tab", name="Aliases").click()
    page.get_by_role("button", name="Create alias").first.click()
    page.get_by_label("Name", exact=True).fill("7")
    with console.refusals():
        page.get_by_role("dialog").get_by_role("button", name="Create").click()
        expect(page.get_by_text(re.compile("at 'name' failed to satisfy"))).to_be_visible()
    page.get_by_label("Name", exact=True).fill("live")
    choose(page, "Additional version", "1")
    page.get_by_label("Weight of the additional version").fill("25")
    console.picture("function-alias")
    dialog(page, "Create")
    row = page.get_by_role("row").filter(has_text="live")
    expect(row).to_contain_text("2 (75%), 1 (25%)")
    routing = lambda_.get_alias(FunctionName="versioned", Name="live")["RoutingConfig"]
    assert routing == {"AdditionalVersionWeights": {"1": 0.25}}

    tick(row.get_by_role("radio"))
    page.get_by_role("button", name="Edit", exact=True).click()
    choose(page, "Additional version", "None")
    dialog(page, "Save")
    expect(row).not_to_contain_text("%")
    console.looks("function-aliases")
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_role("row").filter(has_text="release 2")).to_contain_text("live")
    console.picture("function-versions")
    tick(page.get_by_role("radio", name="Version 1"))
    page.get_by_role("button", name="Delete", exact=True).click()
    dialog(page, "Delete")
    expect(page.get_by_role("row").filter(has_text="release 1")).to_have_count(0)


def test_layers_destinations_and_json_logs_are_set(console: Console):
    lambda_ = function_of(console.server, "settled")
    client_of(console.server, "iam").put_role_policy(
        RoleName="settled-role",
        PolicyName="queues",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [MAY_LOG, QUEUES]}),
    )
    sqs = client_of(console.server, "sqs")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    layer = lambda_.publish_layer_version(
        LayerName="words", Content={"ZipFile": zipped("WORD = 'hello'", "python/words.py")}
    )["LayerVersionArn"]

    page = console.open("#/functions/settled/code")
    page.get_by_role("button", name="Edit layers").click()
    page.get_by_placeholder(re.compile(":layer:my-layer:")).fill(layer.replace(":1", ":7"))
    with console.refusals():
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(re.compile("does not exist"))).to_be_visible()
    page.get_by_placeholder(re.compile(":layer:my-layer:")).fill(layer)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("table", name="Layers")).to_contain_text("words")
    page.get_by_role("table", name="Layers").scroll_into_view_if_needed()
    console.picture("function-layers")

    page.get_by_role("tab", name="Configuration").click()
    page.get_by_role("link", name="Asynchronous invocation").click()
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("Retry attempts").fill("1")
    page.get_by_label("On-failure destination").fill(f"{queue}-other")
    with console.refusals():
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(re.compile("^The destination ARN .* is invalid"))).to_be_visible()
    expect(page.get_by_label("On-failure destination")).to_be_focused()
    page.get_by_label("On-failure destination").fill(queue)
    page.get_by_label("Dead-letter queue").fill(queue)
    console.picture("function-asynchronous-edit")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Waiting events")).to_be_visible()
    console.looks("function-asynchronous")
    config = lambda_.get_function_event_invoke_config(FunctionName="settled")
    assert (config["MaximumRetryAttempts"], config["DestinationConfig"]["OnFailure"]) == (
        1,
        {"Destination": queue},
    )

    page.get_by_role("link", name="Logging configuration").click()
    page.get_by_role("button", name="Edit", exact=True).click()
    tick(page.get_by_label("JSON"))
    choose(page, "Application log level", "DEBUG")
    console.picture("function-logging")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved the logging configuration of settled.").first).to_be_visible()
    expect(page.get_by_text("DEBUG")).to_be_visible()
    shown = lambda_.get_function_configuration(FunctionName="settled")
    assert shown["DeadLetterConfig"] == {"TargetArn": queue}
    assert shown["LoggingConfig"]["LogFormat"] == "JSON"
    assert [one["Arn"] for one in shown["Layers"]] == [layer]


def test_a_function_for_nodejs_is_made_from_a_blueprint_and_runs(console: Console):
    page = console.open("#/create-function")
    tick(page.get_by_label("Use a blueprint"))
    page.get_by_label("Filter blueprints").fill("hello-world-nodejs")
    page.get_by_text("Hello world, in Node.js").click()
    expect(page.get_by_role("button", name=re.compile("^Runtime"))).to_contain_text("Node.js 22.x")
    page.get_by_label("Function name").fill("greeter")
    expect(page.get_by_label("index.mjs")).to_contain_text("export const handler")
    console.check_accessibility()
    console.picture("functions-create-nodejs")
    page.get_by_role("button", name="Create function").click()

    expect(page).to_have_url(re.compile("#/functions/greeter/code$"))
    expect(page.get_by_label("index.mjs", exact=True)).to_contain_text("Received event")
    answer = client_of(console.server, "lambda").invoke(FunctionName="greeter", Payload=b'{"a": "hello"}')
    assert json.loads(answer["Payload"].read()) == "hello"
    console.picture("function-code-nodejs")
