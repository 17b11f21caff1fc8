"""`millrace deploy`: the first run makes a game, each later one changes exactly what has changed."""

import itertools
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.api.game import RUNTIME, TYPES, Game, actions, paths
from tests.api.millrace_process import ENVIRONMENT, TRUST, Millrace

from millrace.cli.deploy import command


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def game(tmp_path: Path, server: Millrace, numbers: Iterator[int]) -> Game:
    """A stack of its own for each test."""
    return Game(tmp_path / f"game{next(numbers)}", server)


def board(game: Game, player: str) -> Any:
    """What the function made of a player's first score."""
    dynamodb = game.server.client("dynamodb")
    score = {"player": {"S": player}, "game": {"S": "chess"}, "points": {"N": "3"}}
    dynamodb.put_item(TableName=f"{game.stack}-Scores", Item=score)
    game.server.idle()
    return dynamodb.get_item(TableName=f"{game.stack}-Boards", Key={"id": {"S": player}}).get("Item")


def test_a_template_becomes_a_game_that_works_and_a_second_run_changes_nothing(game: Game):
    first = game.deploy()
    made = board(game, "ann")
    second = game.deploy()

    assert actions(first) == dict.fromkeys(TYPES, "create")
    assert {item["logical_id"]: item["type"] for item in first["plan"]} == TYPES
    assert set(first["done"]) == set(TYPES)
    assert first["outputs"]["Scores"] == f"{game.stack}-Scores"
    assert first["outputs"]["Where"] == f"{game.stack}-Boards in eu-central-1"
    assert first["outputs"]["Stream"].startswith(
        f"arn:aws:dynamodb:eu-central-1:000000000000:table/{game.stack}-Scores/"
    )
    assert made == {"id": {"S": "ann"}, "says": {"S": "hello"}}
    assert actions(second) == {}
    assert not second["changed"]
    assert second["outputs"] == first["outputs"]


def test_what_is_made_has_the_templates_settings(game: Game):
    game.deploy()
    client = game.server.client
    mapping = client("lambda").list_event_source_mappings(FunctionName=f"{game.stack}-Apply")[
        "EventSourceMappings"
    ][0]
    table = client("dynamodb").describe_table(TableName=f"{game.stack}-Scores")["Table"]
    group = client("logs").describe_log_groups(logGroupNamePrefix=f"/{game.stack}/")["logGroups"][0]
    attached = client("iam").list_attached_role_policies(RoleName=f"{game.stack}-AuditRole")[
        "AttachedPolicies"
    ]
    answer = client("lambda").invoke(FunctionName=f"{game.stack}-Audit")

    assert mapping["FilterCriteria"] == {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}
    assert mapping["BatchSize"] == 5
    assert mapping["MaximumRetryAttempts"] == 2
    assert mapping["MaximumRecordAgeInSeconds"] == 3600
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-points"]
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert group["retentionInDays"] == 7
    assert [policy["PolicyName"] for policy in attached] == [f"{game.stack}-AuditShared"]
    assert client("iam").list_role_policies(RoleName=f"{game.stack}-AuditRole")["PolicyNames"] == [
        "write-logs"
    ]
    assert json.load(answer["Payload"]) == game.stack


def test_changed_code_and_variables_update_the_function_alone(game: Game):
    game.deploy()
    game.write("apply/app.py", (game.folder / "apply/app.py").read_text().replace('"says"', '"shouts"'))

    code = game.deploy()
    variable = game.deploy("--parameter", "Greeting=hi")

    assert paths(code) == {"Apply": ["Code.CodeSha256"]}
    assert paths(variable) == {"Apply": ["Environment.Variables.GREETING"]}
    assert board(game, "ann") == {"id": {"S": "ann"}, "shouts": {"S": "hi"}}


def test_changed_filters_and_retries_update_the_mapping_alone(game: Game):
    game.deploy()
    game.change(("MaximumRetryAttempts: 2", "MaximumRetryAttempts: 9"), ('["INSERT"]', '["REMOVE"]'))

    answer = game.deploy()

    assert actions(answer) == {"ApplyChange": "update"}
    assert paths(answer) == {"ApplyChange": ["FilterCriteria.Filters", "MaximumRetryAttempts"]}
    assert board(game, "ann") is None
    assert actions(game.deploy()) == {}


def test_indexes_are_added_and_taken_away(game: Game):
    game.deploy()
    projection = "          Projection: {ProjectionType: ALL}\n"
    index = (
        "        - IndexName: by-game\n"
        "          KeySchema: [{AttributeName: game, KeyType: HASH}]\n"
        "          Projection: {ProjectionType: KEYS_ONLY}\n"
    )
    game.change((projection, projection + index), ("by-points", "by-score"))

    answer = game.deploy()
    table = game.server.client("dynamodb").describe_table(TableName=f"{game.stack}-Scores")["Table"]

    assert paths(answer) == {
        "Scores": [f"GlobalSecondaryIndexes.{name}" for name in ("by-game", "by-points", "by-score")]
    }
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} == {"by-game", "by-score"}
    assert actions(game.deploy()) == {}


def test_another_view_of_the_stream_takes_the_mapping_with_it(game: Game):
    game.deploy()
    game.change(("NEW_AND_OLD_IMAGES", "NEW_IMAGE"))

    answer = game.deploy()

    assert actions(answer) == {"Scores": "update", "ApplyChange": "replace"} | {
        name: action for name, action in actions(answer).items() if name == "ApplyRole"
    }
    assert board(game, "ann") is not None
    assert actions(game.deploy()) == {}


def test_what_left_the_template_is_deleted_and_data_only_when_told_so(game: Game):
    game.deploy()
    for logical_id in ("Audit", "AuditShared", "AuditPolicy", "AuditRole", "AuditLog"):
        game.drop(logical_id)

    kept = game.deploy()
    again = game.deploy()
    deleted = game.deploy("--delete-data")

    gone = dict.fromkeys(("Audit", "AuditShared", "AuditPolicy", "AuditRole"), "delete")
    assert actions(kept) == {**gone, "AuditLog": "keep"}
    assert actions(again) == {"AuditLog": "keep"}
    assert not again["changed"]
    assert actions(deleted) == {"AuditLog": "delete"}
    assert actions(game.deploy()) == {}
    assert (
        game.server.client("logs").describe_log_groups(logGroupNamePrefix=f"/{game.stack}/")["logGroups"]
        == []
    )


def test_a_policy_follows_its_roles(game: Game):
    game.deploy()
    game.change(("Roles: [!Ref AuditRole]", "Roles: [!Ref ApplyRole]"))

    answer = game.deploy()
    iam = game.server.client("iam")

    assert actions(answer) == {"AuditPolicy": "update", "AuditShared": "update"}
    assert iam.list_role_policies(RoleName=f"{game.stack}-AuditRole")["PolicyNames"] == []
    assert "write-logs" in iam.list_role_policies(RoleName=f"{game.stack}-ApplyRole")["PolicyNames"]
    assert iam.list_attached_role_policies(RoleName=f"{game.stack}-AuditRole")["AttachedPolicies"] == []
    assert actions(game.deploy()) == {}


def test_what_somebody_changed_by_hand_is_put_right(game: Game):
    game.deploy()
    game.server.client("iam").delete_role_policy(RoleName=f"{game.stack}-AuditRole", PolicyName="write-logs")
    game.server.client("lambda").update_function_configuration(FunctionName=f"{game.stack}-Apply", Timeout=60)

    assert paths(game.deploy()) == {"Apply": ["Timeout"]}
    assert (
        "write-logs"
        in game.server.client("iam").list_role_policies(RoleName=f"{game.stack}-AuditRole")["PolicyNames"]
    )


def test_other_keys_are_another_table_and_only_when_told_so(game: Game):
    game.deploy()
    before = board(game, "ann")
    game.change(("{AttributeName: player, KeyType: HASH}", "{AttributeName: points, KeyType: HASH}"))
    game.change(("        - {AttributeName: player, AttributeType: S}\n", ""))
    game.change(("            - {AttributeName: points, KeyType: RANGE}\n", ""))

    refused = game.refused()
    still = game.server.client("dynamodb").scan(TableName=f"{game.stack}-Scores")["Count"]
    replaced = game.deploy("--replace")

    assert before is not None
    assert still == 1
    (problem,) = refused["problems"]
    assert problem["logical_id"] == "Scores"
    assert problem["sentence"].startswith(
        f"{game.stack}-Scores would have to be made anew, since KeySchema: "
    )
    assert problem["sentence"].endswith("and what is in it would be lost; --replace does so")
    assert actions(replaced)["Scores"] == "replace"
    assert game.server.client("dynamodb").scan(TableName=f"{game.stack}-Scores")["Count"] == 0
    assert actions(game.deploy()) == {}


def test_things_of_others_are_taken_over_only_when_told_so(game: Game):
    game.server.client("iam").create_role(RoleName=f"{game.stack}-AuditRole", AssumeRolePolicyDocument=TRUST)
    game.server.client("logs").create_log_group(
        logGroupName=f"/{game.stack}/audit", tags={"millrace:stack": "other"}
    )

    refused = game.refused()
    adopted = game.deploy("--adopt")

    assert sorted(problem["sentence"] for problem in refused["problems"]) == [
        f"/{game.stack}/audit is there already and is of the stack other; --adopt takes it over",
        f"{game.stack}-AuditRole is there already and is of no stack; --adopt takes it over",
    ]
    assert game.tables() != []
    assert actions(adopted)["AuditRole"] == "adopt"
    assert actions(adopted)["AuditLog"] == "adopt"
    assert actions(game.deploy()) == {}


def test_what_is_not_supported_is_named_and_nothing_is_changed(game: Game):
    game.change(("      Handler: app.handler\n", "      Handler: app.handler\n      KmsKeyArn: key\n"))
    game.change(("            BatchSize: 5\n", "            BatchSize: 5\n            KmsKeyArn: key\n"))

    refused = game.refused()

    named = [(each["logical_id"], each["type"], each["property"]) for each in refused["problems"]]
    assert named == [
        ("Apply", "AWS::Lambda::Function", "KmsKeyArn"),
        ("ApplyChange", "AWS::Lambda::EventSourceMapping", "KmsKeyArn"),
    ]
    assert game.tables() == []


def test_a_refused_step_says_what_was_done_and_the_next_run_goes_on(game: Game):
    game.change((f"Runtime: {RUNTIME}\n      Handler: index", "Runtime: cobol\n      Handler: index"))

    refused = game.refused()
    game.change(("Runtime: cobol", f"Runtime: {RUNTIME}"))
    answer = game.deploy()

    assert refused["failed"] == "Audit"
    assert refused["error"].startswith(
        "Audit (AWS::Lambda::Function): An error occurred (InvalidParameterValue"
    )
    assert "AuditRole" in refused["done"]
    assert actions(answer) == dict.fromkeys(set(TYPES) - set(refused["done"]), "create")
    assert board(game, "ann") is not None


def test_code_that_does_not_run_is_repaired_by_the_next_run(game: Game):
    works = (game.folder / "apply/app.py").read_text()
    game.write("apply/app.py", "this is no python")
    game.change(("MaximumRetryAttempts: 2", "MaximumRetryAttempts: 10000"))
    game.deploy()
    dynamodb = game.server.client("dynamodb")
    score = {"player": {"S": "ann"}, "game": {"S": "chess"}, "points": {"N": "3"}}
    dynamodb.put_item(TableName=f"{game.stack}-Scores", Item=score)
    game.write("apply/app.py", works)

    assert paths(game.deploy()) == {"Apply": ["Code.CodeSha256"]}
    game.server.idle()
    assert dynamodb.get_item(TableName=f"{game.stack}-Boards", Key={"id": {"S": "ann"}})["Item"]["says"] == {
        "S": "hello"
    }


def test_a_dry_run_changes_nothing(game: Game):
    answer = game.deploy("--dry-run")

    assert actions(answer) == dict.fromkeys(TYPES, "create")
    assert answer["done"] == []
    assert answer["outputs"]["Stream"] == "(Scores.StreamArn: known after deploy)"
    assert game.tables() == []


def test_delete_removes_the_stack_and_keeps_its_data_unless_told_otherwise(game: Game):
    game.deploy()

    kept = game.deploy("--delete")
    again = game.deploy()
    deleted = game.deploy("--delete", "--delete-data")

    data = ("AuditLog", "Boards", "Scores")
    assert actions(kept) == {name: "keep" if name in data else "delete" for name in TYPES}
    assert actions(again) == dict.fromkeys(set(TYPES) - set(data), "create")
    assert actions(deleted) == dict.fromkeys(TYPES, "delete")
    assert game.tables() == []
    iam = game.server.client("iam")
    names = [role["RoleName"] for role in iam.list_roles()["Roles"]]
    names += [policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"]]
    assert [name for name in names if name.startswith(f"{game.stack}-")] == []


def test_what_the_template_retains_is_let_go(game: Game):
    retained = "  AuditLog:\n    Type: AWS::Logs::LogGroup\n    DeletionPolicy: Retain\n"
    game.change(("  AuditLog:\n    Type: AWS::Logs::LogGroup\n", retained))
    game.deploy()

    answer = game.deploy("--delete", "--delete-data")
    (group,) = game.server.client("logs").describe_log_groups(logGroupNamePrefix=f"/{game.stack}/")[
        "logGroups"
    ]
    tags = game.server.client("logs").list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))[
        "tags"
    ]

    assert actions(answer)["AuditLog"] == "release"
    assert tags == {}


def test_two_stacks_of_one_template_stand_beside_each_other(game: Game):
    game.deploy()

    answer = game.deploy("--stack-name", f"{game.stack}-second")

    assert actions(answer) == dict.fromkeys(TYPES, "create")
    assert answer["outputs"]["Scores"] == f"{game.stack}-second-Scores"
    assert actions(game.deploy()) == {}


def test_people_read_the_plan_the_steps_and_the_outputs(game: Game):
    first = game.server.millrace("deploy", str(game.folder))
    second = game.server.millrace("deploy", str(game.folder))

    assert first.returncode == 0, first.stderr
    assert "+ create  Scores" in first.stdout
    assert "✓ Scores created" in first.stdout
    assert f"Scores  {game.stack}-Scores  where scores go" in first.stdout
    assert "= unchanged  Scores" in second.stdout
    assert "Nothing to change." in second.stdout


def test_a_server_that_is_not_there_is_said_in_a_sentence(tmp_path: Path):
    nobody = Millrace(tmp_path / "data")
    game = Game(tmp_path / "game", nobody)
    with socket.socket() as taken:  # and does not listen
        taken.bind(("127.0.0.1", 0))
        nobody.port = taken.getsockname()[1]

        refused = game.refused()

    assert refused["error"].startswith(f"no server answers at {nobody.url} (")


@pytest.mark.parametrize(
    ("environment", "endpoint", "sentence"),
    [
        ({"AWS_PROFILE": "nobody"}, "http://127.0.0.1:1", "The config profile (nobody) could not be found"),
        (
            {"AWS_DEFAULT_REGION": "no such region"},
            "http://127.0.0.1:1",
            "Provided region_name 'no such region' doesn't match a supported format.",
        ),
        (
            {"AWS_SECRET_ACCESS_KEY": ""},
            "http://127.0.0.1:1",
            "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_said_in_a_sentence(
    tmp_path: Path, environment: dict[str, str], endpoint: str, sentence: str
):
    game = Game(tmp_path / "game", Millrace(tmp_path / "data"))
    runner = CliRunner(env={**ENVIRONMENT, **environment})

    done = runner.invoke(command, [str(game.folder), "--endpoint", endpoint])

    assert done.exit_code == 1
    assert done.stderr == f"Error: AWS's settings cannot be used: {sentence}\n"


def test_an_endpoint_that_is_no_address_is_a_mistake_of_the_command(game: Game):
    done = CliRunner(env=ENVIRONMENT).invoke(command, [str(game.folder), "--endpoint", "not a url"])

    assert done.exit_code == 2
    assert "'not a url' is no address of a server; write it as http://127.0.0.1:8000" in done.stderr


def test_two_resources_of_one_name_are_refused_before_anything_is_made(game: Game):
    game.change(
        (
            "    Type: AWS::Serverless::SimpleTable\n",
            "    Type: AWS::DynamoDB::Table\n    Properties: *same\n",
        )
    )
    game.change(
        (
            "    Properties:\n      BillingMode",
            "    Properties: &same\n      TableName: same\n      BillingMode",
        )
    )

    refused = game.refused()

    (problem,) = refused["problems"]
    assert problem["sentence"] == "it has the name same, as Scores has"
    assert game.tables() == []


def test_an_output_that_shows_what_no_resource_has_is_refused_before_anything_is_made(game: Game):
    game.change(("Stream: {Value: !GetAtt Scores.StreamArn}", "Stream: {Value: !GetAtt Boards.Arn}"))
    game.change(("Scores: {Value: !Ref Scores,", "Scores: {Value: !GetAtt Idle.StreamArn,"))
    keys = "[{AttributeName: id, AttributeType: S}]\n      KeySchema: [{AttributeName: id, KeyType: HASH}]\n"
    idle = f"  Idle:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      AttributeDefinitions: {keys}"
    game.change(("\n  Boards:\n", f"\n{idle}      BillingMode: PAY_PER_REQUEST\n\n  Boards:\n"))

    refused = game.refused()

    (problem,) = refused["problems"]
    assert problem["logical_id"] == "output Scores"
    assert problem["sentence"] == "Idle has no StreamArn: nothing in the template gives it one"
    assert game.tables() == []


def test_what_the_server_will_not_be_asked_for_is_said_of_its_resource(game: Game):
    game.change(
        ("      BillingMode: PAY_PER_REQUEST\n", "      BillingMode: PAY_PER_REQUEST\n      TableName: a b\n")
    )

    refused = game.refused()

    assert refused["error"].startswith(
        "Scores (AWS::DynamoDB::Table): An error occurred (ValidationException)"
    )
    assert game.tables() == []
