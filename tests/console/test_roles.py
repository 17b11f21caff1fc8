"""Roles in the console: made, edited, told what they were denied and allowed it, deleted."""

import json
import re
from typing import Any, Literal

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import expect
from tests.api.millrace_process import TRUST, Millrace
from tests.console.browser import Console
from tests.console.forms import choose, retype, tick
from tests.console.setting import MAY_LOG, REGION, client_of, function_of, role_of, table_of

LOOKS: tuple[tuple[int, Literal["dark", "light"]], ...] = ((1280, "dark"), (1920, "light"), (1920, "dark"))
LOGS_ARN = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
WRITER = """
import os, boto3

def lambda_handler(event, context):
    client = boto3.client("dynamodb")
    client.put_item(TableName="notes", Item={"id": {"S": "1"}})
    return "written"
"""


def denied_as(server: Millrace, arn: str, name: str) -> Any:
    """A client that acts as the role."""
    keys = client_of(server, "sts").assume_role(RoleArn=arn, RoleSessionName=name)["Credentials"]
    return server.client(
        "dynamodb",
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def document(server: Millrace, name: str, policy: str) -> Any:
    return client_of(server, "iam").get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]


def test_a_role_is_made_with_a_tables_stream_and_a_managed_policy(console: Console):
    table_of(console.server, "watched", view="KEYS_ONLY")
    page = console.open("#/create-role")
    page.get_by_label("Role name").fill("a bad name!")
    with console.refusals():
        page.get_by_role("button", name="Create role").click()
        expect(page.get_by_text("failed to satisfy constraint")).to_be_visible()
    expect(page.get_by_label("Role name")).to_be_focused()
    page.get_by_label("Role name").fill("reader")
    page.get_by_label("Description").fill("Reads what is written")
    choose(page, "Read the streams of tables", "watched")
    choose(page, "Managed policies", re.compile("AWSLambdaBasicExecutionRole"))
    console.picture("roles-create")
    console.check_accessibility()
    page.get_by_role("button", name="Create role").click()

    expect(page).to_have_url(re.compile("#/roles/reader$"))
    expect(page.get_by_role("link", name="stream-and-logs", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="AWSLambdaBasicExecutionRole", exact=True)).to_be_visible()
    statements = document(console.server, "reader", "stream-and-logs")["Statement"]
    assert "table/watched/stream/" in statements[0]["Resource"]
    console.picture("roles-role")
    console.check_accessibility()


def test_a_custom_trust_policy_is_judged_by_the_server_and_stays(console: Console):
    page = console.open("#/create-role")
    page.get_by_label("Role name").fill("trusting")
    tick(page.get_by_label("Custom trust policy"))
    editor = page.get_by_label("Trust policy", exact=True)
    retype(editor, '{"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps"}]}')
    with console.refusals():
        page.get_by_role("button", name="Create role").click()
        expect(page.locator("text=/policy|Syntax|Perhaps/i").first).to_be_visible()
        console.picture("roles-create-malformed")
    expect(editor).to_contain_text("Perhaps")
    retype(editor, TRUST)
    page.get_by_role("button", name="Create role").click()
    expect(page).to_have_url(re.compile("#/roles/trusting$"))


def test_a_malformed_policy_shows_awss_text_and_keeps_what_was_typed(console: Console):
    role_of(console.server, "edited", own=[{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}])
    page = console.open("#/roles/edited")
    page.get_by_role("link", name="own", exact=True).click()
    editor = page.get_by_label("Policy document", exact=True)
    expect(editor).to_contain_text("s3:*")

    retype(editor, "{not json")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is not JSON")).to_be_visible()
    retype(editor, '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "x"}]}')
    with console.refusals():
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("must", exact=False).first).to_be_visible()
        console.picture("roles-malformed")
    expect(editor).to_contain_text('"Action": "x"')
    good = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    retype(editor, json.dumps(good))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("own was saved.")).to_be_visible()
    assert document(console.server, "edited", "own") == good


def test_policies_are_created_attached_viewed_and_taken_away(console: Console):
    role_of(console.server, "policies")
    page = console.open("#/roles/policies")
    page.get_by_role("button", name="Create inline policy").click()
    page.get_by_label("Policy name").fill("fresh")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("fresh was created.")).to_be_visible()
    page.get_by_role("button", name="Attach policies").click()
    choose(page, "Managed policies", re.compile("AWSLambdaBasicExecutionRole"))
    page.get_by_role("button", name="Attach", exact=True).click()
    policy = page.get_by_role("button", name="AWSLambdaBasicExecutionRole", exact=True)
    policy.click()
    expect(page.get_by_label("Document of AWSLambdaBasicExecutionRole")).to_contain_text("logs:PutLogEvents")
    console.picture("roles-managed-policy")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Detach AWSLambdaBasicExecutionRole").click()
    expect(policy).to_be_hidden()
    page.get_by_role("button", name="Delete fresh").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No inline policies")).to_be_visible()


def test_a_permissions_boundary_is_set_and_removed(console: Console):
    role_of(console.server, "bounded")
    page = console.open("#/roles/bounded")
    page.get_by_role("button", name=re.compile("Permissions boundary")).click()
    choose(page, "Boundary", "AWSLambdaBasicExecutionRole")
    page.get_by_role("button", name="Save boundary").click()
    expect(page.get_by_text("The permissions boundary was set.")).to_be_visible()
    boundary = client_of(console.server, "iam").get_role(RoleName="bounded")["Role"]["PermissionsBoundary"]
    assert boundary["PermissionsBoundaryArn"] == LOGS_ARN
    choose(page, "Boundary", "No boundary")
    page.get_by_role("button", name="Save boundary").click()
    expect(page.get_by_text("The permissions boundary was removed.")).to_be_visible()


def test_the_trust_policy_is_edited(console: Console):
    role_of(console.server, "trusted")
    page = console.open("#/roles/trusted")
    page.get_by_role("tab", name="Trust relationships").click()
    editor = page.get_by_label("Trust policy", exact=True)
    expect(editor).to_contain_text("lambda.amazonaws.com")
    changed = TRUST.replace("lambda.amazonaws.com", "events.amazonaws.com")
    retype(editor, changed)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The trust policy of trusted was saved.")).to_be_visible()
    page.reload()
    expect(editor).to_contain_text("events.amazonaws.com")
    console.picture("roles-trust")
    console.check_accessibility()


def test_what_a_function_was_denied_appears_and_allow_it_makes_it_work(console: Console):
    server = console.server
    table_of(server, "notes", view="KEYS_ONLY")
    client = function_of(server, "writer", WRITER)
    page = console.open("#/roles/writer-role?tab=denied")
    expect(page.get_by_text("Nothing was denied")).to_be_visible()

    assert client.invoke(FunctionName="writer")["FunctionError"] == "Unhandled"

    expect(page.get_by_text("dynamodb:PutItem", exact=True)).to_be_visible()
    expect(page.get_by_role("tab", name="Denied (1)")).to_be_visible()
    console.picture("roles-denied")
    console.check_accessibility()
    page.get_by_role("button", name="Allow it: dynamodb:PutItem").click()
    expect(page.get_by_label("The policy as it will be")).to_contain_text("dynamodb:PutItem")
    console.picture("roles-allow")
    page.get_by_role("dialog").get_by_role("button", name="Allow it").click()
    expect(page.get_by_text("Allowed now")).to_be_visible()
    assert json.loads(client.invoke(FunctionName="writer")["Payload"].read()) == "written"
    page.get_by_role("tab", name="Permissions").click()
    expect(page.get_by_role("link", name="allowed-in-console", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Used by").click()
    expect(page.get_by_role("link", name="writer", exact=True)).to_be_visible()


def test_roles_are_deleted_with_their_policies(console: Console):
    role_of(console.server, "doomed", own=[{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}])
    client_of(console.server, "iam").attach_role_policy(RoleName="doomed", PolicyArn=LOGS_ARN)
    role_of(console.server, "doomed-too")
    page = console.open("#/roles")
    tick(page.get_by_role("checkbox", name="Select doomed", exact=True))
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted: doomed.")).to_be_visible()
    expect(page.get_by_role("link", name="doomed", exact=True)).to_be_hidden()
    page.get_by_role("link", name="doomed-too").click()
    page.get_by_role("button", name="Delete role").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("#/roles$"))
    expect(page.get_by_role("link", name="doomed-too")).to_be_hidden()


def test_a_role_that_is_not_there_says_so(console: Console):
    with console.refusals():
        page = console.open("#/roles/nobody")
        expect(page.get_by_text("There is no such role")).to_be_visible()


def test_pictures_of_roles_in_both_themes_and_widths(console: Console):
    server = console.server
    table_of(server, "pictures", view="KEYS_ONLY")
    arn = role_of(server, "pictured", logs=[MAY_LOG])
    trust = TRUST.replace('"Service": "lambda.amazonaws.com"', '"AWS": "arn:aws:iam::000000000000:root"')
    client_of(server, "iam").update_assume_role_policy(RoleName="pictured", PolicyDocument=trust)
    client = denied_as(server, arn, "picture")
    for call in (client.scan, client.describe_table):
        with pytest.raises(ClientError, match="AccessDenied"):
            call(TableName="pictures")
    for width, theme in LOOKS:
        console.page.set_viewport_size({"width": width, "height": 1000})
        console.page.emulate_media(color_scheme=theme)
        page = console.open("#/roles")
        page.reload()
        expect(
            page.get_by_role("row", name=re.compile("pictured")).get_by_text(re.compile("ago|just now"))
        ).to_be_visible()
        console.picture(f"roles-list-{theme}-{width}")
        console.check_accessibility()
        page = console.open("#/roles/pictured?tab=denied")
        expect(page.get_by_text("dynamodb:Scan", exact=True)).to_be_visible()
        console.picture(f"roles-denied-{theme}-{width}")
        console.check_accessibility()
