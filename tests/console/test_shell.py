"""What is around every screen."""

from playwright.sync_api import expect
from tests.console.browser import Console


def test_the_console_opens_at_the_servers_address(console: Console):
    page = console.open()

    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    console.picture("home-empty")
    console.check_accessibility()


def test_an_address_that_leads_nowhere_says_so(console: Console):
    page = console.open("#/nowhere")

    expect(page.get_by_text("There is no such screen")).to_be_visible()
