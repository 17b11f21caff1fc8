"""Function URLs, the permissions that open them, and Time to Live, from a template."""

import itertools
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.game import RUNTIME, Game, actions, paths
from tests.api.millrace_process import Millrace

TEMPLATE = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Sessions:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
      TimeToLiveSpecification: {{AttributeName: ends, Enabled: true}}

  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {RUNTIME}
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            return "hello over http"
      FunctionUrlConfig:
        AuthType: NONE
        Cors: {{AllowOrigins: ["*"], AllowMethods: [GET], MaxAge: 60}}

Outputs:
  Url: {{Value: !GetAtt HelloUrl.FunctionUrl}}
"""


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def game(tmp_path: Path, server: Millrace, numbers: Iterator[int]) -> Game:
    made = Game(tmp_path / f"game{next(numbers)}", server)
    made.write("template.yaml", TEMPLATE)
    return made


def test_a_function_answers_at_its_url_and_a_second_run_changes_nothing(game: Game):
    first = game.deploy()
    with urllib.request.urlopen(first["outputs"]["Url"], timeout=60) as response:
        said = response.read().decode()

    assert said == "hello over http"
    assert set(first["done"]) == {
        "Sessions",
        "Hello",
        "HelloRole",
        "HelloUrl",
        "HelloUrlPublicPermissions",
        "HelloURLInvokeAllowPublicAccess",
    }
    assert actions(game.deploy()) == {}


def test_another_way_in_changes_url_and_permissions(game: Game):
    url = game.deploy()["outputs"]["Url"]
    game.change(("AuthType: NONE", "AuthType: AWS_IAM"), ("MaxAge: 60", "MaxAge: 90"))

    answer = game.deploy()

    assert actions(answer) == {
        "HelloUrl": "update",
        "HelloUrlPublicPermissions": "delete",
        "HelloURLInvokeAllowPublicAccess": "delete",
    }
    assert paths(answer) == {"HelloUrl": ["AuthType", "Cors.MaxAge"]}
    assert answer["outputs"]["Url"] == url
    assert actions(game.deploy()) == {}


def test_a_url_that_left_the_template_is_deleted_and_the_function_stays(game: Game):
    game.deploy()
    front, _, rest = TEMPLATE.partition("      FunctionUrlConfig:")
    game.write("template.yaml", front + "\nOutputs:\n  F: {Value: !Ref Hello}\n")

    answer = game.deploy()

    assert rest
    assert sorted(actions(answer).values()) == ["delete", "delete", "delete"]
    client = game.server.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_url_config(FunctionName=f"{game.stack}-Hello")
    assert actions(game.deploy()) == {}


def test_time_to_live_is_turned_on_changed_and_turned_off(game: Game):
    game.deploy()
    dynamodb = game.server.client("dynamodb")

    def expiry() -> object:
        told = dynamodb.describe_time_to_live(TableName=f"{game.stack}-Sessions")["TimeToLiveDescription"]
        return told["TimeToLiveStatus"], told.get("AttributeName")

    states = [expiry()]
    game.change(("AttributeName: ends", "AttributeName: until"))
    game.deploy()
    states.append(expiry())
    game.change(("AttributeName: until, Enabled: true", "AttributeName: until, Enabled: false"))
    game.deploy()
    states.append(expiry())

    assert states == [("ENABLED", "ends"), ("ENABLED", "until"), ("DISABLED", None)]
    assert actions(game.deploy()) == {}
