"""What is around every screen: the door, the bar, the navigation, and what it costs to open."""

import configparser
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import expect
from tests.api.stripping_proxy import stripping
from tests.console.browser import Console
from tests.console.forms import pick
from tests.console.loop import Loop
from tests.console.setting import table_of

FIRST_LOAD_BYTES_MAX = 1024 * 1024
FIRST_WORDS = "Someone writes a record to a table"


def test_the_console_opens_at_the_servers_address(visit: Callable[..., Console]):
    console = visit()
    page = console.open()

    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    expect(page.get_by_text(FIRST_WORDS)).to_be_visible()
    console.picture("home-empty")
    console.check_accessibility()


def test_the_first_load_is_small_and_stays_on_this_machine(visit: Callable[..., Console]):
    """Under 1 MB compressed, nothing from elsewhere."""
    console = visit()
    page = console.open()
    expect(page.get_by_text(FIRST_WORDS)).to_be_visible()
    files = [answer for answer in console.answers if answer.request.method == "GET"]
    sent = sum(answer.request.sizes()["responseBodySize"] for answer in files if "tail" not in answer.url)

    assert {answer.url.split("/")[2] for answer in console.answers} == {f"127.0.0.1:{console.server.port}"}
    assert 100_000 < sent < FIRST_LOAD_BYTES_MAX


def test_an_address_that_leads_nowhere_says_so(console: Console):
    page = console.open("#/nowhere")

    expect(page.get_by_text("There is no such screen")).to_be_visible()


def test_a_table_is_reached_by_keyboard_alone(console: Console):
    table_of(console.server, "reached-by-name")
    page = console.open("#/connect")
    expect(page.get_by_role("heading", name="Connect a client")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("reached-by")
    expect(page.get_by_role("option", name="reached-by-name", exact=True)).to_be_visible()
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{console.base}#/tables/reached-by-name/overview")


def test_the_theme_follows_the_machine_until_one_is_chosen(console: Console):
    page = console.open("#/connect")
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("body")).to_have_class("awsui-dark-mode")
    page.reload()
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()
    expect(page.locator("body")).to_have_class("awsui-dark-mode")
    console.picture("connect-dark")
    console.check_accessibility()


def test_another_region_shows_its_own_tables(console: Console):
    table_of(console.server, "in-ireland", region="eu-west-1")
    page = console.open()
    pick(page, "Region us-east-1", "eu-west-1")

    expect(page.get_by_role("button", name="Region eu-west-1")).to_be_visible()
    expect(page.get_by_role("link", name="Table in-ireland")).to_be_visible()


def test_a_closed_server_lets_in_who_has_its_keys(visit: Callable[..., Console]):
    console = visit("--auth")
    key, secret = root_keys(console).values()
    page = console.open("#/connect")
    page.get_by_label("Access key ID").fill(key)
    page.get_by_label("Secret access key").fill("not the secret")
    with console.refusals():
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("The request signature we calculated does not match").first).to_be_visible()
    console.picture("sign-in-refused")
    console.check_accessibility()
    page.get_by_label("Secret access key").fill(secret)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Connect a client")).to_be_visible()
    expect(page.get_by_text(key).first).to_be_visible()
    assert secret not in page.content()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_text(FIRST_WORDS)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Access key ID")).to_be_visible()


def test_every_screen_opens_on_a_closed_server_behind_a_proxy_that_takes_the_path_away(
    visit: Callable[..., Console],
):
    console = visit("--auth", "--base-path", "/data/mill")
    keys = root_keys(console)
    loop = Loop(console.server, **keys)
    loop.put("ada")
    uuid = loop.connect()
    invoked = loop.lambda_.invoke(FunctionName=loop.function, Payload=b'{"Records": []}')
    assert "FunctionError" not in invoked
    screens = every_screen(loop, uuid)
    with stripping(console.server.port, "/data/mill") as address:
        console.base = f"{address}/"
        page = console.open(screens[0][0])
        page.get_by_label("Access key ID").fill(keys["aws_access_key_id"])
        page.get_by_label("Secret access key").fill(keys["aws_secret_access_key"])
        page.keyboard.press("Enter")
        for place, title, content in screens:
            console.open(place)
            expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
            expect(page.get_by_text(content).locator("visible=true").first).to_be_visible()
            expect(page).to_have_title(f"{title} · millrace")
        page.close()


def root_keys(console: Console) -> dict[str, str]:
    file = configparser.ConfigParser()
    file.read(console.server.data / "root-credentials")
    return dict(file["default"])


def every_screen(loop: Loop, uuid: str) -> list[tuple[str, str, str]]:
    """Where each screen and tab is, its title, and something that is only there once its data is."""
    table, function, role = loop.table, loop.function, loop.role
    group, key = f"/aws/lambda/{function}", quote('{"player":{"S":"ada"}}')
    at_table, at_function = f"#/tables/{table}", f"#/functions/{function}"
    at_group, at_role = f"#/logs/{quote(group, safe='')}", f"#/roles/{role}"
    return [
        ("#/", "Home", "delivered"),
        ("#/connect", "Connect a client", "AWS_ENDPOINT_URL"),
        ("#/tables", "Tables", table),
        ("#/create-table", "Create table", "Partition key"),
        *((f"{at_table}/{tab}", table, table) for tab in ("overview", "indexes", "monitor", "settings")),
        (f"{at_table}/streams", table, function),
        (f"{at_table}/stream", "Stream", "ada"),
        (f"{at_table}/items", table, "ada"),
        (f"{at_table}/items/create", "Create item", "Partition key"),
        (f"{at_table}/items/edit?key={key}", "Edit item", "Partition key"),
        ("#/triggers", "Triggers", table),
        (f"#/triggers/{uuid}", f"{table} → {function}", "Enabled"),
        (f"#/triggers/{uuid}/edit", "Edit trigger", "Batch size"),
        ("#/create-trigger", "Create trigger", "Batch size"),
        ("#/functions", "Functions", function),
        ("#/create-function", "Create function", "Execution role"),
        (f"{at_function}/code", function, "def handle"),
        (f"{at_function}/test", function, "Event JSON"),
        (f"{at_function}/monitor", function, "REPORT RequestId"),
        (f"{at_function}/configuration", function, "General configuration"),
        (f"{at_function}/triggers", function, table),
        ("#/logs", "Logs", group),
        (at_group, group, "$LATEST"),
        (f"{at_group}?tab=search", group, "REPORT RequestId"),
        (f"{at_group}?tab=settings", group, "Never expire"),
        (f"#/live-tail?group={quote(group, safe='')}", "Live tail", "Live"),
        ("#/roles", "Roles", role),
        ("#/create-role", "Create role", "Trusted entity"),
        (at_role, role, "stream-and-logs"),
        *((f"{at_role}?tab={tab}", role, role) for tab in ("trust", "denied", "functions")),
    ]


def test_the_console_works_under_a_base_path(visit: Callable[..., Console]):
    console = visit("--base-path", "/data/mill", base="/data/mill")
    page = console.open("#/connect")

    expect(page.get_by_text(f"AWS_ENDPOINT_URL={console.server.url}/data/mill").first).to_be_visible()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_text(FIRST_WORDS)).to_be_visible()


def test_a_server_that_went_away_is_missed_and_found_again(visit: Callable[..., Console]):
    console = visit()
    page = console.open()
    expect(page.get_by_text(FIRST_WORDS)).to_be_visible()
    with console.refusals():
        console.server.kill()
        expect(page.get_by_text("The server does not answer")).to_be_visible()
        console.server.start()
        expect(page.get_by_text("The server does not answer")).to_be_hidden()

    expect(page.get_by_text(FIRST_WORDS)).to_be_visible()
