"""Functions in the console: made, edited, tested, watched, configured and deleted."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect
from tests.api.millrace_process import BROKEN_HANDLER, zipped
from tests.console.browser import Console
from tests.console.forms import choose, pick, retype, tick
from tests.console.setting import client_of, function_of, table_of, with_trigger


def delivered(console: Console, table: str) -> int:
    """How many records the triggers of `table` delivered, once nothing is left to do."""
    return sum(one["delivered"] for one in console.server.idle()["mappings"] if one["table"] == table)


def test_a_function_from_the_stream_blueprint_gets_the_tables_changes(console: Console):
    dynamodb = table_of(console.server, "JansTable", view="NEW_AND_OLD_IMAGES")
    page = console.open("#/create-function?table=JansTable")

    tick(page.get_by_label("Use a blueprint"))
    page.get_by_label("Filter blueprints").fill("DynamoDB-process-stream-python")
    expect(page.get_by_text("1 found").first).to_be_visible()
    page.get_by_text("Process updates made to a DDB table").click()
    page.get_by_label("Function name").fill("badges")
    expect(page.get_by_label("Role name")).to_have_value("badges-role")
    expect(page.get_by_label("lambda_function.py")).to_contain_text("Successfully processed {} records.")
    console.picture("functions-create")
    console.check_accessibility()
    page.get_by_role("button", name="Create function").click()

    expect(page).to_have_url(re.compile("#/functions/badges/code$"))
    expect(page.get_by_label("lambda_function.py")).to_contain_text("Received event")
    dynamodb.put_item(TableName="JansTable", Item={"id": {"S": "hello world"}})
    assert delivered(console, "JansTable") == 1
    console.picture("functions-code")
    page.get_by_role("tab", name="Triggers").click()
    expect(page.get_by_role("link", name="JansTable").first).to_be_visible()
    page.get_by_role("tab", name="Monitor").click()
    expect(page.get_by_text("Received event").first).to_be_visible()


def test_a_table_whose_stream_is_off_is_told_how_to_turn_it_on(console: Console):
    table_of(console.server, "quiet")
    page = console.open("#/create-function?table=quiet")

    link = page.get_by_role("link", name="Turn on stream")

    expect(link).to_have_attribute("href", "#/tables/quiet/turn-on-stream")
    page.get_by_label("Function name").fill("listener")
    page.get_by_role("button", name="Create function").click()
    expect(page.get_by_text("The stream of quiet is off: turn it on first.")).to_be_visible()
    console.picture("functions-create-stream-off")
    console.open("#/functions")
    page.go_back()
    expect(page.get_by_label("Function name")).to_have_value("listener")


def test_a_bad_name_is_told_beside_the_field_before_anything_is_made(console: Console):
    function_of(console.server, "taken")
    page = console.open("#/create-function")
    name = page.get_by_label("Function name")

    name.fill("a bad name!")
    name.press("Enter")
    expect(page.get_by_text("Use 1 to 64 letters")).to_be_visible()
    expect(name).to_be_focused()
    name.fill("taken")
    name.press("Enter")

    expect(page.get_by_text("Function already exist: taken")).to_be_visible()
    roles = client_of(console.server, "iam").list_roles()["Roles"]
    assert "a bad name!-role" not in {role["RoleName"] for role in roles}


def test_creating_goes_on_where_it_failed(console: Console):
    table_of(console.server, "going-on", view="NEW_AND_OLD_IMAGES")
    page = console.open("#/create-function?table=going-on")
    page.get_by_label("Function name").fill("goes-on")
    page.get_by_label("Batch size").fill("99999")

    with console.refusals():
        page.get_by_role("button", name="Create function").click()
        expect(page.get_by_text("What is done stays.")).to_be_visible()
        console.picture("functions-create-failed")
    expect(page.get_by_label("Batch size")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Batch size")).to_be_focused()
    page.get_by_label("Batch size").fill("10")
    page.get_by_role("button", name="Create function").click()

    expect(page).to_have_url(re.compile("#/functions/goes-on/code$"))
    mappings = client_of(console.server, "lambda").list_event_source_mappings(FunctionName="goes-on")
    assert [mapping["BatchSize"] for mapping in mappings["EventSourceMappings"]] == [10]


def test_an_existing_role_can_be_let_read_the_stream(console: Console):
    dynamodb = table_of(console.server, "shared", view="NEW_AND_OLD_IMAGES")
    function_of(console.server, "owner")
    page = console.open("#/create-function?table=shared")
    page.get_by_label("Function name").fill("second")
    tick(page.get_by_label("Use an existing role"))
    choose(page, "Existing role", re.compile("owner-role"))
    expect(page.get_by_label("Let it read the stream of shared")).to_be_checked()

    page.get_by_role("button", name="Create function").click()

    expect(page).to_have_url(re.compile("#/functions/second/code$"))
    dynamodb.put_item(TableName="shared", Item={"id": {"S": "1"}})
    assert delivered(console, "shared") == 1


def test_edited_code_is_deployed_and_survives_going_elsewhere_before(console: Console):
    client = function_of(console.server, "edited")
    page = console.open("#/functions/edited/code")
    editor = page.get_by_label("lambda_function.py")
    expect(editor).to_contain_text("Received event")

    retype(editor, "def lambda_handler(event, context):\n    return 'second version'\n")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.get_by_role("tab", name="Triggers").click()
    page.reload()
    page.get_by_role("tab", name="Code").click()
    expect(page.get_by_label("lambda_function.py")).to_contain_text("second version")
    console.picture("functions-code-unsaved")
    page.get_by_role("button", name="Deploy", exact=True).click()

    expect(page.get_by_text("Deployed edited.")).to_be_visible()
    expect(page.get_by_text("Unsaved changes")).to_have_count(0)
    assert json.load(client.invoke(FunctionName="edited")["Payload"]) == "second version"


def test_files_are_added_renamed_and_deleted_and_ctrl_s_deploys(console: Console):
    client = function_of(
        console.server, "filed", "import word\n\ndef lambda_handler(event, context):\n    return word.WORD\n"
    )
    page = console.open("#/functions/filed/code")
    files = page.get_by_role("list", name="Files")

    page.get_by_role("button", name="Add a file").click()
    page.get_by_label("New file").fill("wrod.py")
    page.get_by_label("New file").press("Enter")
    retype(page.get_by_label("wrod.py", exact=True), "WORD = 'found'\n")
    pick(page, "Of the open file", "Rename")
    page.get_by_label("New name").fill("word.py")
    page.get_by_label("New name").press("Enter")
    expect(files.get_by_role("button")).to_have_count(2)
    page.get_by_label("word.py", exact=True).press("ControlOrMeta+s")

    expect(page.get_by_text("Deployed filed.")).to_be_visible()
    assert json.load(client.invoke(FunctionName="filed")["Payload"]) == "found"
    pick(page, "Of the open file", "Delete")
    expect(files.get_by_role("button")).to_have_count(1)
    page.get_by_role("button", name="Discard changes").click()
    expect(files.get_by_role("button")).to_have_count(2)


def test_a_package_is_uploaded_and_downloaded(console: Console):
    client = function_of(console.server, "packed")
    page = console.open("#/functions/packed/code")
    new = zipped("def lambda_handler(event, context):\n    return 'uploaded'\n", "lambda_function.py")

    page.get_by_label("A .zip file with the code").set_input_files(
        {"name": "new.zip", "mimeType": "application/zip", "buffer": new}
    )
    expect(page.get_by_text("Deployed new.zip.")).to_be_visible()
    expect(page.get_by_label("lambda_function.py")).to_contain_text("uploaded")

    assert json.load(client.invoke(FunctionName="packed")["Payload"]) == "uploaded"
    with page.expect_download() as download:
        pick(page, "Package", "Download the package")
    assert download.value.suggested_filename == "packed.zip"


def test_a_test_shows_the_answer_the_figures_and_the_log(console: Console):
    function_of(console.server, "tested")
    page = console.open("#/functions/tested/test")

    choose(page, "Begin with", "DynamoDB stream: INSERT")
    page.get_by_label("Event name").fill("mine")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test", exact=True).click()

    expect(page.get_by_text("Executing function: succeeded")).to_be_visible()
    expect(page.get_by_role("region", name="Response")).to_contain_text("Successfully processed 1 records.")
    expect(page.get_by_role("region", name="Log output")).to_contain_text("REPORT RequestId:")
    expect(page.get_by_text("Max memory used", exact=True)).to_be_visible()
    lines = page.get_by_role("link", name="Lines of this invocation")
    expect(lines).to_have_attribute("href", re.compile(r"#/logs/%2Faws%2Flambda%2Ftested/.+request="))
    console.picture("functions-test")
    console.check_accessibility()
    page.reload()
    expect(page.get_by_label("Event JSON")).to_contain_text("INSERT")


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("unparsable", "def lambda_handler(event, context:\n    return 1\n", "Runtime.UserCodeSyntaxError"),
        ("mistaken", BROKEN_HANDLER, "KeyError: 'a small mistake'"),
    ],
)
def test_broken_code_shows_its_error_in_the_test(console: Console, name: str, source: str, told: str):
    function_of(console.server, name, source)
    page = console.open(f"#/functions/{name}/test")

    page.get_by_role("button", name="Test", exact=True).click()

    expect(page.get_by_text("Executing function: failed")).to_be_visible()
    expect(page.get_by_text(told).first).to_be_visible()
    console.picture(f"functions-test-{name}")


def test_text_that_is_no_json_is_told_beside_the_editor(console: Console):
    function_of(console.server, "strict")
    page = console.open("#/functions/strict/test")

    retype(page.get_by_label("Event JSON"), "{not json")
    page.get_by_role("button", name="Test", exact=True).click()

    expect(page.get_by_text("This is not JSON:")).to_be_visible()


def test_an_asynchronous_test_is_taken_and_logged(console: Console):
    function_of(console.server, "later", "def lambda_handler(event, context):\n    print('ran later')\n")
    page = console.open("#/functions/later/test")

    tick(page.get_by_label("Asynchronous"))
    page.get_by_role("button", name="Test", exact=True).click()

    expect(page.get_by_text("The event was taken")).to_be_visible()
    expect(page.get_by_role("link", name="Lines of this invocation")).to_be_visible()


def test_environment_variables_are_edited(console: Console):
    client = function_of(console.server, "varied")
    page = console.open("#/functions/varied/configuration?section=environment")

    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Key 1").fill("AWS_REGION")
    page.get_by_label("Value 1").fill("elsewhere")
    with console.refusals():
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Reserved keys used in this request: AWS_REGION")).to_be_visible()
    page.get_by_label("Key 1").fill("COLOUR")
    page.get_by_role("button", name="Add variable").click()
    page.get_by_label("Key 2").fill("SIZE")
    page.get_by_label("Value 2").fill("large")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("cell", name="large")).to_be_visible()
    variables = client.get_function_configuration(FunctionName="varied")["Environment"]["Variables"]
    assert variables == {"COLOUR": "elsewhere", "SIZE": "large"}


def test_a_bad_timeout_is_told_beside_its_field_and_nothing_typed_is_lost(console: Console):
    client = function_of(console.server, "general")
    page = console.open("#/functions/general/configuration")

    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Description").fill("What it does")
    page.get_by_label("Timeout (seconds)").fill("901")
    with console.refusals():
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Member must have value less than or equal to 900")).to_be_visible()
    expect(page.get_by_label("Timeout (seconds)")).to_be_focused()
    page.get_by_label("Memory (MB)").fill("256")
    expect(page.get_by_label("Memory (MB)")).to_be_focused()
    page.get_by_label("Timeout (seconds)").fill("60")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("256 MB")).to_be_visible()
    shown = client.get_function_configuration(FunctionName="general")
    assert (shown["Timeout"], shown["MemorySize"]) == (60, 256)
    assert shown["Description"].startswith("What it does")


def test_concurrency_and_tags_are_edited(console: Console):
    client = function_of(console.server, "limited")
    page = console.open("#/functions/limited/configuration?section=concurrency")
    page.get_by_role("button", name="Edit").click()
    tick(page.get_by_label("Reserve concurrency"))
    page.get_by_role("textbox", name="Reserved concurrency").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved the concurrency of limited.")).to_be_visible()

    page.get_by_role("link", name="Tags").click()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Key 1").fill("team")
    page.get_by_label("Value 1").fill("games")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="games")).to_be_visible()

    shown = client.get_function(FunctionName="limited")
    assert shown["Concurrency"]["ReservedConcurrentExecutions"] == 2
    assert shown["Tags"] == {"team": "games"}


def test_a_function_gets_a_url_of_its_own_that_anybody_may_call(console: Console):
    source = "def lambda_handler(event, context):\n    return 'called at ' + event['rawPath']\n"
    client = function_of(console.server, "addressed", source)
    page = console.open("#/functions/addressed/configuration?section=url")

    page.get_by_role("button", name="Create function URL").click()
    tick(page.get_by_role("radio", name="NONE"))
    tick(page.get_by_label("Configure cross-origin resource sharing (CORS)"))
    page.get_by_label("Allow origin").fill("https://example.com, https://example.org")
    console.picture("functions-url-form")
    console.check_accessibility()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("NONE: anybody may call it")).to_be_visible()
    shown = client.get_function_url_config(FunctionName="addressed")
    assert shown["Cors"]["AllowOrigins"] == ["https://example.com", "https://example.org"]
    with urllib.request.urlopen(f"{shown['FunctionUrl']}here", timeout=30) as answer:
        assert answer.read() == b"called at /here"
    page.get_by_role("button", name="Resource-based policy").click()
    expect(page.get_by_label("Resource-based policy").last).to_contain_text("FunctionURLAllowPublicAccess")
    console.picture("functions-url")

    page.get_by_role("button", name="Edit").click()
    tick(page.get_by_role("radio", name="AWS_IAM"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("AWS_IAM: signed requests only")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No function URL")).to_be_visible()


def test_functions_are_found_and_deleted(console: Console):
    for name in ("unwanted-one", "unwanted-two", "wanted"):
        function_of(console.server, name)
    page = console.open("#/functions")

    page.get_by_label("Find functions").fill("unwanted")
    expect(page.get_by_role("link", name="unwanted-one")).to_be_visible()
    console.picture("functions-list")
    console.check_accessibility()
    tick(page.get_by_role("checkbox", name="unwanted-one"))
    tick(page.get_by_role("checkbox", name="unwanted-two"))
    page.get_by_role("button", name="Delete").click()
    page.get_by_label("To confirm, type delete").fill("delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    expect(page.get_by_text("Deleted 2 functions.")).to_be_visible()
    expect(page.get_by_role("link", name="unwanted-one")).to_have_count(0)
    page.get_by_label("Find functions").fill("wanted")
    expect(page.get_by_role("link", name="wanted", exact=True)).to_be_visible()


def test_deleting_a_function_says_what_becomes_of_its_triggers(console: Console):
    with_trigger(console.server, "watched", "watcher")
    page = console.open("#/functions/watcher/code")

    pick(page, "Actions", "Delete")
    expect(page.get_by_text("changes wait in the stream for up to 24 hours")).to_be_visible()
    console.picture("functions-delete")
    page.get_by_label("To confirm, type delete").fill("delete")
    page.get_by_label("To confirm, type delete").press("Enter")

    expect(page).to_have_url(re.compile("#/functions$"))


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1920)])
def test_every_tab_is_accessible(console: Console, theme: str, width: int):
    name = f"shown-{theme}-{width}"
    client = function_of(console.server, name)
    client.invoke(FunctionName=name, Payload=b'{"Records": []}')
    page = console.page
    page.set_viewport_size({"width": width, "height": 1000})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    landmarks = {
        "code": "Code source",
        "test": "Test event",
        "monitor": "Recent log lines",
        "configuration": "General configuration",
        "triggers": "No triggers",
    }

    for tab, landmark in landmarks.items():
        console.open(f"#/functions/{name}/{tab}")
        expect(page.get_by_text(landmark).first).to_be_visible()
        if tab == "monitor":
            expect(page.get_by_text("Received event").first).to_be_visible()
            expect(page.get_by_role("application", name="Invocations")).to_be_visible()
        if tab == "code":
            expect(page.get_by_label("lambda_function.py")).to_be_visible()
        console.picture(f"functions-{tab}-{theme}-{width}")
        console.check_accessibility()


def test_a_function_that_is_not_there_is_told(console: Console):
    with console.refusals():
        page = console.open("#/functions/nobody/code")

        expect(page.get_by_text("There is no such function")).to_be_visible()
