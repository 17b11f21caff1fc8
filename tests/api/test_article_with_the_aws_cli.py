"""The main job with the aws CLI, as one types it: the article's walk from the table to the repaired code."""

import json
from pathlib import Path
from typing import Any

from tests.api.millrace_process import BROKEN_HANDLER, HANDLER, TRUST, Millrace, stream_policy, zipped

TABLE = ("--table-name", "JansTable")
FUNCTION = ("--function-name", "JansFunction")


def create_table_with_stream(millrace: Millrace) -> str:
    millrace.aws(
        *("dynamodb", "create-table", *TABLE),
        *("--attribute-definitions", "AttributeName=JansPartition,AttributeType=S"),
        *("--key-schema", "AttributeName=JansPartition,KeyType=HASH"),
        *("--billing-mode", "PAY_PER_REQUEST"),
    )
    millrace.aws("dynamodb", "wait", "table-exists", *TABLE)
    millrace.aws(
        *("dynamodb", "update-table", *TABLE),
        *("--stream-specification", "StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES"),
    )
    return millrace.aws("dynamodb", "describe-table", *TABLE)["Table"]["LatestStreamArn"]


def put_policy(millrace: Millrace, stream_arn: str, *, without: str = "") -> None:
    millrace.aws(
        *("iam", "put-role-policy", "--role-name", "JansRole", "--policy-name", "stream"),
        *("--policy-document", stream_policy(stream_arn, without=without)),
    )


def create_function(millrace: Millrace, role_arn: str, package: Path) -> None:
    package.write_bytes(zipped(HANDLER))
    millrace.aws(
        *("lambda", "create-function", *FUNCTION, "--runtime", "python3.11", "--role", role_arn),
        *("--handler", "handler.lambda_handler", "--zip-file", f"fileb://{package}"),
    )
    millrace.aws("lambda", "wait", "function-active-v2", *FUNCTION)


def update_code(millrace: Millrace, package: Path, source: str) -> None:
    package.write_bytes(zipped(source))
    millrace.aws("lambda", "update-function-code", *FUNCTION, "--zip-file", f"fileb://{package}")


def put(millrace: Millrace, value: str) -> None:
    millrace.aws("dynamodb", "put-item", *TABLE, "--item", json.dumps({"JansPartition": {"S": value}}))


def messages(millrace: Millrace) -> list[str]:
    group = ("--log-group-name", "/aws/lambda/JansFunction")
    return [event["message"] for event in millrace.aws("logs", "filter-log-events", *group)["events"]]


def received(millrace: Millrace) -> list[dict[str, Any]]:
    prefix = "Received event: "
    events = [json.loads(m.removeprefix(prefix)) for m in messages(millrace) if m.startswith(prefix)]
    return [record for event in events for record in event["Records"]]


def build(millrace: Millrace, package: Path) -> tuple[str, str]:
    stream_arn = create_table_with_stream(millrace)
    role = millrace.aws(
        "iam", "create-role", "--role-name", "JansRole", "--assume-role-policy-document", TRUST
    )["Role"]
    put_policy(millrace, stream_arn)
    create_function(millrace, role["Arn"], package)
    mapping = millrace.aws(
        *("lambda", "create-event-source-mapping", *FUNCTION),
        *("--event-source-arn", stream_arn, "--starting-position", "TRIM_HORIZON"),
    )
    return stream_arn, mapping["UUID"]


def test_the_articles_walk_shows_each_change_in_the_functions_log(millrace: Millrace, tmp_path: Path):
    build(millrace, tmp_path / "package.zip")
    key = json.dumps({"JansPartition": {"S": "hello world"}})

    put(millrace, "hello world")
    millrace.aws(
        *("dynamodb", "update-item", *TABLE, "--key", key),
        *("--update-expression", "SET moreData = :m"),
        *("--expression-attribute-values", '{":m": {"S": "hello again"}}'),
    )
    millrace.aws("dynamodb", "delete-item", *TABLE, "--key", key)
    millrace.aws("dynamodb", "delete-item", *TABLE, "--key", key)
    millrace.idle()

    records = received(millrace)
    assert [r["eventName"] for r in records] == ["INSERT", "MODIFY", "REMOVE"]
    shown = [sorted(name for name in r["dynamodb"] if name.endswith("Image")) for r in records]
    assert shown == [["NewImage"], ["NewImage", "OldImage"], ["OldImage"]]


def test_broken_code_is_tried_again_survives_a_kill_and_delivers_once_repaired(
    millrace: Millrace, tmp_path: Path
):
    package = tmp_path / "package.zip"
    build(millrace, package)
    update_code(millrace, package, BROKEN_HANDLER)
    with millrace.tail("function=JansFunction") as tail:
        for value in ("one", "two", "three"):
            put(millrace, value)
        tail.wait(lambda e: e.get("event") == "attempt_failed", count=3)

    millrace.kill()
    millrace.start()
    update_code(millrace, package, HANDLER)
    millrace.idle()

    assert [r["dynamodb"]["NewImage"]["JansPartition"]["S"] for r in received(millrace)] == [
        "one",
        "two",
        "three",
    ]
    assert any("a small mistake" in message and "Traceback" in message for message in messages(millrace))


def test_a_lost_permission_stops_the_mapping_until_it_is_back(millrace: Millrace, tmp_path: Path):
    stream_arn, uuid = build(millrace, tmp_path / "package.zip")

    with millrace.tail("function=JansFunction") as tail:
        put_policy(millrace, stream_arn, without="GetRecords")
        put(millrace, "held back")
        tail.wait(lambda e: e.get("event") == "stopped")
    mapping = millrace.aws("lambda", "get-event-source-mapping", "--uuid", uuid)
    put_policy(millrace, stream_arn)
    millrace.idle()

    assert "dynamodb:GetRecords" in mapping["LastProcessingResult"]
    assert [r["dynamodb"]["Keys"]["JansPartition"]["S"] for r in received(millrace)] == ["held back"]


def test_a_mapping_for_a_role_without_the_permissions_is_refused(millrace: Millrace, tmp_path: Path):
    stream_arn = create_table_with_stream(millrace)
    role = millrace.aws(
        "iam", "create-role", "--role-name", "JansRole", "--assume-role-policy-document", TRUST
    )["Role"]
    create_function(millrace, role["Arn"], tmp_path / "package.zip")

    refused = millrace.aws(
        *("lambda", "create-event-source-mapping", *FUNCTION),
        *("--event-source-arn", stream_arn, "--starting-position", "LATEST"),
        check=False,
    )

    assert refused.returncode != 0
    assert f"Cannot access stream {stream_arn}. Please ensure the role can perform" in refused.stderr
