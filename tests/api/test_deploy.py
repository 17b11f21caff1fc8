"""`millrace deploy`: the first run makes a game, each later one changes exactly what has changed."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.api.game import RUNTIME, TYPES, Game, actions, paths
from tests.api.millrace_process import TRUST, Millrace


@pytest.fixture
def game(tmp_path: Path, millrace: Millrace) -> Game:
    return Game(tmp_path / "game", millrace)


def board(game: Game, player: str) -> Any:
    """What the function made of a player's first score."""
    dynamodb = game.server.client("dynamodb")
    score = {"player": {"S": player}, "game": {"S": "chess"}, "points": {"N": "3"}}
    dynamodb.put_item(TableName="game-Scores", Item=score)
    game.server.idle()
    return dynamodb.get_item(TableName="game-Boards", Key={"id": {"S": player}}).get("Item")


def test_a_template_becomes_a_game_that_works_and_a_second_run_changes_nothing(game: Game):
    first = game.deploy()
    made = board(game, "ann")
    second = game.deploy()

    assert actions(first) == dict.fromkeys(TYPES, "create")
    assert {item["logical_id"]: item["type"] for item in first["plan"]} == TYPES
    assert set(first["done"]) == set(TYPES)
    assert first["outputs"]["Scores"] == "game-Scores"
    assert first["outputs"]["Where"] == "game-Boards in eu-central-1"
    assert first["outputs"]["Stream"].startswith(
        "arn:aws:dynamodb:eu-central-1:000000000000:table/game-Scores/"
    )
    assert made == {"id": {"S": "ann"}, "says": {"S": "hello"}}
    assert actions(second) == {}
    assert not second["changed"]
    assert second["outputs"] == first["outputs"]


def test_what_is_made_has_the_templates_settings(game: Game):
    game.deploy()
    client = game.server.client
    mapping = client("lambda").list_event_source_mappings(FunctionName="game-Apply")["EventSourceMappings"][0]
    table = client("dynamodb").describe_table(TableName="game-Scores")["Table"]
    group = client("logs").describe_log_groups(logGroupNamePrefix="/game/")["logGroups"][0]
    attached = client("iam").list_attached_role_policies(RoleName="game-AuditRole")["AttachedPolicies"]
    answer = client("lambda").invoke(FunctionName="game-Audit")

    assert mapping["FilterCriteria"] == {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}
    assert mapping["BatchSize"] == 5
    assert mapping["MaximumRetryAttempts"] == 2
    assert mapping["MaximumRecordAgeInSeconds"] == 3600
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-points"]
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert group["retentionInDays"] == 7
    assert [policy["PolicyName"] for policy in attached] == ["game-AuditShared"]
    assert client("iam").list_role_policies(RoleName="game-AuditRole")["PolicyNames"] == ["write-logs"]
    assert json.load(answer["Payload"]) == "game"


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
    table = game.server.client("dynamodb").describe_table(TableName="game-Scores")["Table"]

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
    assert game.server.client("logs").describe_log_groups(logGroupNamePrefix="/game/")["logGroups"] == []


def test_a_policy_follows_its_roles(game: Game):
    game.deploy()
    game.change(("Roles: [!Ref AuditRole]", "Roles: [!Ref ApplyRole]"))

    answer = game.deploy()
    iam = game.server.client("iam")

    assert actions(answer) == {"AuditPolicy": "update", "AuditShared": "update"}
    assert iam.list_role_policies(RoleName="game-AuditRole")["PolicyNames"] == []
    assert "write-logs" in iam.list_role_policies(RoleName="game-ApplyRole")["PolicyNames"]
    assert iam.list_attached_role_policies(RoleName="game-AuditRole")["AttachedPolicies"] == []
    assert actions(game.deploy()) == {}


def test_what_somebody_changed_by_hand_is_put_right(game: Game):
    game.deploy()
    game.server.client("iam").delete_role_policy(RoleName="game-AuditRole", PolicyName="write-logs")
    game.server.client("lambda").update_function_configuration(FunctionName="game-Apply", Timeout=60)

    assert paths(game.deploy()) == {"Apply": ["Timeout"]}
    assert (
        "write-logs" in game.server.client("iam").list_role_policies(RoleName="game-AuditRole")["PolicyNames"]
    )


def test_other_keys_are_another_table_and_only_when_told_so(game: Game):
    game.deploy()
    before = board(game, "ann")
    game.change(("{AttributeName: player, KeyType: HASH}", "{AttributeName: points, KeyType: HASH}"))
    game.change(("        - {AttributeName: player, AttributeType: S}\n", ""))
    game.change(("            - {AttributeName: points, KeyType: RANGE}\n", ""))

    refused = game.refused()
    still = game.server.client("dynamodb").scan(TableName="game-Scores")["Count"]
    replaced = game.deploy("--replace")

    assert before is not None
    assert still == 1
    (problem,) = refused["problems"]
    assert problem["logical_id"] == "Scores"
    assert problem["sentence"].startswith("game-Scores would have to be made anew, since KeySchema: ")
    assert problem["sentence"].endswith("and what is in it would be lost; --replace does so")
    assert actions(replaced)["Scores"] == "replace"
    assert game.server.client("dynamodb").scan(TableName="game-Scores")["Count"] == 0
    assert actions(game.deploy()) == {}


def test_things_of_others_are_taken_over_only_when_told_so(game: Game):
    game.server.client("iam").create_role(RoleName="game-AuditRole", AssumeRolePolicyDocument=TRUST)
    game.server.client("logs").create_log_group(logGroupName="/game/audit", tags={"millrace:stack": "other"})

    refused = game.refused()
    adopted = game.deploy("--adopt")

    assert sorted(problem["sentence"] for problem in refused["problems"]) == [
        "/game/audit is there already and is of the stack other; --adopt takes it over",
        "game-AuditRole is there already and is of no stack; --adopt takes it over",
    ]
    assert game.server.client("dynamodb").list_tables()["TableNames"] != []
    assert actions(adopted)["AuditRole"] == "adopt"
    assert actions(adopted)["AuditLog"] == "adopt"
    assert actions(game.deploy()) == {}


def test_what_is_not_supported_is_named_and_nothing_is_changed(game: Game):
    game.change(("      Handler: app.handler\n", "      Handler: app.handler\n      Layers: [one]\n"))
    game.change(
        ("            BatchSize: 5\n", "            BatchSize: 5\n            ParallelizationFactor: 4\n")
    )

    refused = game.refused()

    named = [(each["logical_id"], each["type"], each["property"]) for each in refused["problems"]]
    assert named == [
        ("Apply", "AWS::Lambda::Function", "Layers"),
        ("ApplyChange", "AWS::Lambda::EventSourceMapping", "ParallelizationFactor"),
    ]
    assert game.server.client("dynamodb").list_tables()["TableNames"] == []


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
    dynamodb.put_item(TableName="game-Scores", Item=score)
    game.write("apply/app.py", works)

    assert paths(game.deploy()) == {"Apply": ["Code.CodeSha256"]}
    game.server.idle()
    assert dynamodb.get_item(TableName="game-Boards", Key={"id": {"S": "ann"}})["Item"]["says"] == {
        "S": "hello"
    }


def test_a_dry_run_changes_nothing(game: Game):
    answer = game.deploy("--dry-run")

    assert actions(answer) == dict.fromkeys(TYPES, "create")
    assert answer["done"] == []
    assert answer["outputs"]["Stream"] == "(Scores.StreamArn: known after deploy)"
    assert game.server.client("dynamodb").list_tables()["TableNames"] == []


def test_delete_removes_the_stack_and_keeps_its_data_unless_told_otherwise(game: Game):
    game.deploy()

    kept = game.deploy("--delete")
    again = game.deploy()
    deleted = game.deploy("--delete", "--delete-data")

    data = ("AuditLog", "Boards", "Scores")
    assert actions(kept) == {name: "keep" if name in data else "delete" for name in TYPES}
    assert actions(again) == dict.fromkeys(set(TYPES) - set(data), "create")
    assert actions(deleted) == dict.fromkeys(TYPES, "delete")
    assert game.server.client("dynamodb").list_tables()["TableNames"] == []
    assert game.server.client("iam").list_roles()["Roles"] == []
    assert game.server.client("iam").list_policies(Scope="Local")["Policies"] == []


def test_what_the_template_retains_is_let_go(game: Game):
    retained = "  AuditLog:\n    Type: AWS::Logs::LogGroup\n    DeletionPolicy: Retain\n"
    game.change(("  AuditLog:\n    Type: AWS::Logs::LogGroup\n", retained))
    game.deploy()

    answer = game.deploy("--delete", "--delete-data")
    (group,) = game.server.client("logs").describe_log_groups(logGroupNamePrefix="/game/")["logGroups"]
    tags = game.server.client("logs").list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))[
        "tags"
    ]

    assert actions(answer)["AuditLog"] == "release"
    assert tags == {}


def test_two_stacks_of_one_template_stand_beside_each_other(game: Game):
    game.change(("LogGroupName: /game/audit", "LogGroupName: !Sub '/${AWS::StackName}/audit'"))
    game.deploy()

    answer = game.deploy("--stack-name", "second")

    assert actions(answer) == dict.fromkeys(TYPES, "create")
    assert answer["outputs"]["Scores"] == "second-Scores"
    assert actions(game.deploy()) == {}


def test_people_read_the_plan_the_steps_and_the_outputs(game: Game):
    first = game.server.millrace("deploy", str(game.folder))
    second = game.server.millrace("deploy", str(game.folder))

    assert first.returncode == 0, first.stderr
    assert "+ create  Scores" in first.stdout
    assert "✓ Scores created" in first.stdout
    assert "Scores  game-Scores  where scores go" in first.stdout
    assert "= unchanged  Scores" in second.stdout
    assert "Nothing to change." in second.stdout


def test_a_server_that_is_not_there_is_said_in_a_sentence(game: Game):
    game.server.kill()

    done = game.server.millrace("deploy", str(game.folder))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: no server answers at {game.server.url} (")
