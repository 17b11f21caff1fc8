"""Tables as a template says: with all their settings, made at once or after the states that they go through on AWS."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.game import Game, actions, paths
from tests.api.millrace_process import Millrace

KEYS = """
      AttributeDefinitions:
        - {AttributeName: id, AttributeType: S}
        - {AttributeName: land, AttributeType: S}
        - {AttributeName: town, AttributeType: S}
        - {AttributeName: year, AttributeType: N}
        - {AttributeName: day, AttributeType: N}
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""
INDEX = """
      GlobalSecondaryIndexes:
        - IndexName: places
          KeySchema:
            - {AttributeName: land, KeyType: HASH}
            - {AttributeName: town, KeyType: HASH}
            - {AttributeName: year, KeyType: RANGE}
            - {AttributeName: day, KeyType: RANGE}
          Projection: {ProjectionType: ALL}
"""
SETTINGS = """
          OnDemandThroughput: {MaxReadRequestUnits: 50}
          WarmThroughput: {ReadUnitsPerSecond: 13000, WriteUnitsPerSecond: 5000}
          ContributorInsightsSpecification: {Enabled: true}
      OnDemandThroughput: {MaxReadRequestUnits: 100, MaxWriteRequestUnits: 100}
      WarmThroughput: {ReadUnitsPerSecond: 13000}
      ContributorInsightsSpecification: {Enabled: true, Mode: THROTTLED_KEYS}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7}
      SSESpecification: {SSEEnabled: true, KMSMasterKeyId: 11111111-2222-3333-4444-555555555555}
      TimeToLiveSpecification: {Enabled: true, AttributeName: until}
      TableClass: STANDARD_INFREQUENT_ACCESS
      DeletionProtectionEnabled: true
      ResourcePolicy:
        PolicyDocument:
          Version: 2012-10-17
          Statement:
            - Effect: Allow
              Principal: {AWS: ['111111111111']}
              Action: ['dynamodb:GetItem']
              Resource: ['*']
      StreamSpecification:
        StreamViewType: KEYS_ONLY
        ResourcePolicy:
          PolicyDocument:
            Statement:
              - Effect: Allow
                Principal: {AWS: '222222222222'}
                Action: ['dynamodb:GetRecords', 'dynamodb:DescribeStream']
                Resource: '*'
"""
HEAD = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Plain: {Type: AWS::Serverless::SimpleTable}
  Full:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
"""
PLAIN = HEAD + KEYS.rstrip("\n") + INDEX
FULL = PLAIN.rstrip("\n") + SETTINGS


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def game(tmp_path: Path, server: Millrace, numbers: Iterator[int]) -> Game:
    """A stack of its own for each test."""
    return Game(tmp_path / f"settings{next(numbers)}", server)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Game]:
    """On a server whose tables take half a second for everything."""
    server = Millrace(tmp_path / "data", "--table-delay", "0.5").start()
    yield Game(tmp_path / "slow", server)
    assert server.stop() == 0


def full(game: Game) -> dict[str, Any]:
    return game.server.client("dynamodb").describe_table(TableName=f"{game.stack}-Full")["Table"]


def check_settings(game: Game) -> None:
    """Everything that the template says is told by the operation that tells it."""
    dynamodb, table = game.server.client("dynamodb"), full(game)
    name, index = table["TableName"], table["GlobalSecondaryIndexes"][0]
    recovery = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    insights = dynamodb.list_contributor_insights(TableName=name)["ContributorInsightsSummaries"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    policy = dynamodb.get_resource_policy(ResourceArn=table["TableArn"])["Policy"]
    stream_policy = dynamodb.get_resource_policy(ResourceArn=table["LatestStreamArn"])["Policy"]

    assert [f"{key['AttributeName']} {key['KeyType']}" for key in index["KeySchema"]] == [
        "land HASH", "town HASH", "year RANGE", "day RANGE",
    ]  # fmt: skip
    assert index["OnDemandThroughput"] == {"MaxReadRequestUnits": 50}
    assert index["WarmThroughput"]["WriteUnitsPerSecond"] == 5000
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 100}
    assert table["WarmThroughput"]["ReadUnitsPerSecond"] == 13000
    assert {each.get("IndexName"): each["ContributorInsightsMode"] for each in insights} == {
        None: "THROTTLED_KEYS",
        "places": "ACCESSED_AND_THROTTLED_KEYS",
    }
    assert recovery["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 7
    assert table["SSEDescription"]["KMSMasterKeyArn"].endswith(":key/11111111-2222-3333-4444-555555555555")
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}
    assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert table["DeletionProtectionEnabled"] is True
    assert "111111111111" in policy
    assert "222222222222" in stream_policy


def test_a_table_is_made_with_all_its_settings_and_a_second_run_changes_nothing(game: Game):
    game.write("template.yaml", FULL)

    made = game.deploy()
    check_settings(game)

    assert actions(made) == {"Plain": "create", "Full": "create"}
    assert actions(game.deploy()) == {}


def test_a_table_gets_and_loses_settings_one_after_the_other(game: Game):
    game.write("template.yaml", PLAIN)
    game.deploy()
    game.write("template.yaml", FULL)

    got = game.deploy()
    check_settings(game)
    again = game.deploy()
    game.write("template.yaml", PLAIN)
    lost = game.deploy()
    table = full(game)

    assert actions(got) == {"Full": "update"}
    assert actions(again) == {}
    assert actions(lost) == {"Full": "update"}
    assert not {"OnDemandThroughput", "SSEDescription", "StreamSpecification"} & table.keys()
    assert table["DeletionProtectionEnabled"] is False
    assert actions(game.deploy()) == {}


def test_recovery_goes_off_only_when_the_template_says_so(game: Game):
    """What was kept of the table would be gone with it."""
    game.write("template.yaml", PLAIN)
    game.deploy()
    dynamodb, name = game.server.client("dynamodb"), f"{game.stack}-Full"
    on = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=on)

    silent = game.deploy()
    off = "      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: false}\n"
    game.write("template.yaml", PLAIN + off)

    assert actions(silent) == {}
    assert paths(game.deploy())["Full"] == [
        "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        "PointInTimeRecoverySpecification.RecoveryPeriodInDays",
    ]
    assert actions(game.deploy()) == {}


def test_a_stream_s_policy_changes_without_the_stream(game: Game):
    game.write("template.yaml", FULL)
    game.deploy()
    before = full(game)["LatestStreamArn"]
    game.change(("'222222222222'", "'333333333333'"))

    answer = game.deploy()
    policy = game.server.client("dynamodb").get_resource_policy(ResourceArn=before)["Policy"]

    assert paths(answer) == {"Full": ["StreamResourcePolicy.PolicyDocument"]}
    assert full(game)["LatestStreamArn"] == before
    assert "333333333333" in policy
    assert actions(game.deploy()) == {}


def test_states_are_waited_for_as_every_client_has_to(slow: Game):
    slow.write("template.yaml", FULL)

    slow.deploy()
    check_settings(slow)
    again = slow.deploy()
    slow.change(
        ("DeletionProtectionEnabled: true", "DeletionProtectionEnabled: false"), ("KEYS_ONLY", "NEW_IMAGE")
    )
    slow.change(
        ("TableClass: STANDARD_INFREQUENT_ACCESS", "TableClass: STANDARD"),
        ("IndexName: places", "IndexName: spots"),
    )
    changed = slow.deploy()
    after = slow.deploy()
    code, removed = slow.run("--delete", "--delete-data")

    assert actions(again) == {}
    assert actions(changed) == {"Full": "update"}
    assert actions(after) == {}
    assert (code, actions(removed)) == (0, {"Plain": "delete", "Full": "delete"})
    assert slow.tables() == []


def test_a_table_that_somebody_else_is_making_is_waited_for(slow: Game):
    slow.write("template.yaml", HEAD + KEYS.rstrip("\n") + INDEX)
    dynamodb = slow.server.client("dynamodb")
    dynamodb.create_table(
        TableName=f"{slow.stack}-Plain",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    assert actions(slow.deploy("--adopt")) == {"Plain": "adopt", "Full": "create"}
    assert actions(slow.deploy()) == {}
