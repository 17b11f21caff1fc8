"""A table's backups and its point-in-time recovery."""

import re
from typing import Any

from playwright.sync_api import Page, expect
from tests.api.millrace_process import Millrace
from tests.console.browser import Console
from tests.console.forms import tick
from tests.console.setting import table_of


def filled(server: Millrace, name: str) -> Any:
    dynamodb = table_of(server, name)
    dynamodb.put_item(TableName=name, Item={"id": {"S": "first"}})
    return dynamodb


def turn_on(page: Page) -> None:
    page.get_by_role("button", name="Turn on", exact=True).click()
    page.get_by_label("Recovery period").fill("7")
    page.get_by_role("button", name="Turn on PITR").click()


def test_a_backup_is_made_restored_and_deleted(console: Console):
    dynamodb = filled(console.server, "Kept")
    page = console.open("#/tables/Kept/backups")

    expect(page.get_by_text("No backups")).to_be_visible()
    page.get_by_role("button", name="Create backup").click()
    page.get_by_label("Backup name").fill("before-release")
    page.get_by_role("button", name="Create backup").last.click()
    row = page.get_by_role("row", name="before-release")
    expect(row).to_contain_text("Available")
    tick(page.get_by_role("radio", name="Select before-release"))
    console.looks("table-backups")

    page.get_by_role("button", name="Restore", exact=True).click()
    console.picture("table-backup-restore")
    console.check_accessibility()
    with console.refusals():
        page.get_by_label("Name of the new table").fill("Kept")
        page.get_by_label("Name of the new table").press("Enter")
        expect(page.get_by_text("Table already exists: Kept")).to_be_visible()
    page.get_by_label("Name of the new table").fill("Again")
    page.get_by_label("Name of the new table").press("Enter")
    expect(page.get_by_role("heading", name="Again", exact=True)).to_be_visible()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    assert dynamodb.scan(TableName="Again")["Items"] == [{"id": {"S": "first"}}]

    page = console.open("#/tables/Kept/backups")
    tick(page.get_by_role("radio", name="Select before-release"))
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_label("To confirm, type before-release").fill("before-release")
    page.get_by_role("button", name="Delete", exact=True).last.click()
    expect(page.get_by_text("The backup before-release was deleted.").first).to_be_visible()
    expect(page.get_by_text("No backups")).to_be_visible()


def test_recovery_is_turned_on_used_and_turned_off(console: Console):
    dynamodb = filled(console.server, "Guarded")
    page = console.open("#/tables/Guarded/backups")

    turn_on(page)
    expect(page.get_by_text("7 days")).to_be_visible()
    dynamodb.delete_item(TableName="Guarded", Key={"id": {"S": "first"}})
    page.get_by_role("button", name="Restore to a moment").click()
    page.get_by_text("As it was at a date and time").click()
    console.looks("table-recovery-restore")
    with console.refusals():
        page.get_by_placeholder("YYYY/MM/DD").fill("2020/01/02")
        page.get_by_label("Name of the new table").fill("Back")
        page.get_by_label("Name of the new table").press("Enter")
        expect(page.get_by_text(re.compile("must be within EarliestRestorableDateTime"))).to_be_visible()
    page.get_by_text("As it is now", exact=True).click()
    page.get_by_label("Name of the new table").press("Enter")
    expect(page.get_by_role("heading", name="Back", exact=True)).to_be_visible()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    assert dynamodb.scan(TableName="Back")["Count"] == 0

    page = console.open("#/tables/Guarded/backups")
    page.get_by_role("button", name="Turn off", exact=True).click()
    expect(page.get_by_text("What was kept of Guarded is forgotten")).to_be_visible()
    page.get_by_role("button", name="Turn off PITR").click()
    expect(page.get_by_text("Disabled", exact=True)).to_be_visible()


def test_a_refused_period_and_name_are_told_beside_their_fields(console: Console):
    filled(console.server, "Careful")
    page = console.open("#/tables/Careful/backups")

    page.get_by_role("button", name="Turn on", exact=True).click()
    page.get_by_label("Recovery period").fill("90")
    with console.refusals():
        page.get_by_role("button", name="Turn on PITR").click()
        expect(page.get_by_text(re.compile("less than or equal to 35"))).to_be_visible()
    expect(page.get_by_label("Recovery period")).to_be_focused()
    page.get_by_role("button", name="Cancel").click()

    page.get_by_role("button", name="Create backup").click()
    page.get_by_label("Backup name").fill("a")
    with console.refusals():
        page.get_by_role("button", name="Create backup").last.click()
        expect(page.get_by_text(re.compile("greater than or equal to 3"))).to_be_visible()
    expect(page.get_by_label("Backup name")).to_be_focused()
