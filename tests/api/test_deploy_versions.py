"""Versions and aliases from templates: SAM's AutoPublishAlias, and CloudFormation's own types."""

import itertools
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.game import RUNTIME, Game, actions, paths
from tests.api.millrace_process import Millrace

TEMPLATE = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {RUNTIME}
      Handler: app.handler
      CodeUri: hello
      AutoPublishAlias: live
      FunctionUrlConfig: {{AuthType: NONE}}

  Canary:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Select [0, !Split [":live", !Ref Hello.Alias]]
      Name: canary
      FunctionVersion: "1"
      ProvisionedConcurrencyConfig: {{ProvisionedConcurrentExecutions: 1}}

Outputs:
  Url: {{Value: !GetAtt HelloUrl.FunctionUrl}}
  Canary: {{Value: !Ref Canary}}
"""
# Without a change of the function there is no version for it.
KEPT = "  Kept:\n    Type: AWS::Lambda::Version\n    Properties: {FunctionName: !Ref Hello}\n"


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def game(tmp_path: Path, server: Millrace, numbers: Iterator[int]) -> Game:
    made = Game(tmp_path / f"game{next(numbers)}", server)
    made.write("template.yaml", TEMPLATE)
    (made.folder / "hello").mkdir()
    made.write("hello/app.py", "def handler(event, context): return ['one', context.function_version]")
    return made


def said(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as response:
        return json.load(response)


def test_changed_code_is_published_and_the_alias_led_to_it(game: Game):
    first = game.deploy()
    lambda_ = game.server.client("lambda")
    name = f"{game.stack}-Hello"

    assert said(first["outputs"]["Url"]) == ["one", "1"]
    assert actions(game.deploy()) == {}
    arn = f"arn:aws:lambda:eu-central-1:000000000000:function:{name}"
    assert first["outputs"]["Canary"] == f"{arn}:canary"
    ready = lambda_.get_provisioned_concurrency_config(FunctionName=name, Qualifier="canary")
    assert ready["Status"] == "READY"

    game.write("hello/app.py", "def handler(event, context): return ['two', context.function_version]")
    second = game.deploy()

    assert said(second["outputs"]["Url"])[0] == "two"
    assert second["outputs"]["Url"] == first["outputs"]["Url"]
    assert paths(second)["HelloAliaslive"] == ["FunctionVersion"]
    versions = [each["Version"] for each in lambda_.list_versions_by_function(FunctionName=name)["Versions"]]
    assert versions == ["$LATEST", "1", "2"], "the version of before stays"

    game.change(
        ('      FunctionVersion: "1"\n', '      FunctionVersion: "2"\n'),
        (
            "      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}\n",
            '      RoutingConfig: {AdditionalVersionWeights: [{FunctionVersion: "1", FunctionWeight: 0.25}]}\n',
        ),
    )
    assert actions(game.deploy()) == {"Canary": "update"}
    alias = lambda_.get_alias(FunctionName=name, Name="canary")
    assert alias["RoutingConfig"] == {"AdditionalVersionWeights": {"1": 0.25}}
    assert (
        lambda_.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"] == []
    )
    assert actions(game.deploy()) == {}
    game.change(("  Canary:\n", KEPT + "  Canary:\n"))
    code, refused = game.run()
    assert code == 1
    assert "A version for this Lambda function exists ( 2 )." in refused["error"]
    game.deploy("--delete")
    assert name not in {each["FunctionName"] for each in lambda_.list_functions()["Functions"]}
