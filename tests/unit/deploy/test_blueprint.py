"""Nothing in a template is ignored: what is not supported is named, all of it at once."""

import itertools
from pathlib import Path

import pytest

from millrace.core.arn import Scope
from millrace.deploy import blueprint, template
from millrace.deploy.blueprint import Blueprint
from millrace.deploy.packages import Packages
from millrace.deploy.problem import DeployError, Refused
from millrace.deploy.resources import KINDS
from millrace.deploy.resources.kind import Situation

SCOPE = Scope("000000000000", "eu-central-1")
SAM = "Transform: AWS::Serverless-2016-10-31\n"
FUNCTION = """
  F:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "def handler(event, context): pass"
      Handler: index.handler
      Runtime: python3.11
"""


def draw(folder: Path, text: str, **parameters: str) -> Blueprint:
    (folder / "template.yaml").write_text(text)
    loaded = template.load(folder, parameters, SCOPE.region)
    return blueprint.draw(loaded, "game", SCOPE, Situation(Packages(folder, print)))


def problems(folder: Path, text: str, **parameters: str) -> list[str]:
    with pytest.raises(Refused) as caught:
        draw(folder, text, **parameters)
    return [str(problem) for problem in caught.value.problems]


def test_everything_that_is_not_supported_is_named_at_once(tmp_path: Path):
    text = """
Resources:
  Stream: {Type: AWS::Kinesis::Stream}
  Group:
    Type: AWS::Logs::LogGroup
    Properties: {RetentionInDays: soon, KmsKeyId: x}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: T}]
      StreamSpecification: {StreamViewType: ALL}
      KinesisStreamSpecification: {StreamArn: x}
Outputs:
  Name: {Value: !GetAtt Table.Name}
"""
    assert problems(tmp_path, text) == [
        f"Stream (AWS::Kinesis::Stream): this type is not supported; supported: {', '.join(KINDS)}",
        "Group (AWS::Logs::LogGroup) RetentionInDays: must be a whole number, not 'soon'",
        "Group (AWS::Logs::LogGroup) KmsKeyId: is not supported;"
        " supported: LogGroupName, LogGroupClass, RetentionInDays, Tags",
        "Table (AWS::DynamoDB::Table) AttributeDefinitions[0].AttributeType:"
        " T is not supported; supported: S, N, B",
        "Table (AWS::DynamoDB::Table) StreamSpecification.StreamViewType: ALL is not supported;"
        " supported: NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY",
        "Table (AWS::DynamoDB::Table) KinesisStreamSpecification: is not supported;"
        f" supported: {', '.join(KINDS['AWS::DynamoDB::Table'].shape.members)}",
        "output Name Value: Table (AWS::DynamoDB::Table) has no attribute Name; supported: Arn, StreamArn",
    ]


def test_attributes_are_those_of_the_keys(tmp_path: Path):
    text = """
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: name, AttributeType: S}]
"""
    front = "Table (AWS::DynamoDB::Table) AttributeDefinitions:"
    assert problems(tmp_path, text) == [
        f"{front} id is a key and not defined",
        f"{front} name is defined and not a key of the table or of an index",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Hooks: {}\nResources: {A: {Type: AWS::IAM::Role}}",
            "Hooks: is not supported; supported: AWSTemplate",
        ),
        ("Transform: AWS::Include\nResources: {A: {Type: x}}", "Transform: AWS::Include is not supported"),
        ("Globals: {}\nResources: {A: {Type: x}}", "Globals: needs Transform: AWS::Serverless-2016-10-31"),
        ("Description: x", "Resources: there are none"),
        ("Resources: {A: {}}", "A: has no Type"),
        (
            "Resources: {A: {Type: x, UpdatePolicy: {}}}",
            "A (x) UpdatePolicy: is not supported; supported: Cond",
        ),
        (
            "Resources: {A: {Type: x, DeletionPolicy: Snapshot}}",
            "A (x) DeletionPolicy: Snapshot is not supported",
        ),
        ("Resources: {A: {Type: x, DependsOn: B}}", "A (x) DependsOn: there is no resource B"),
        (
            "Resources: {A: {Type: x}}\nOutputs: {O: {Value: 1, Export: {Name: x}}}",
            "output O Export: is not supp",
        ),
        (
            "Resources: {A: {Type: AWS::IAM::Role, Condition: C}}",
            "A (AWS::IAM::Role) Condition: there is no cond",
        ),
    ],
)
def test_parts_of_templates_that_are_not_supported_are_named(tmp_path: Path, text: str, sentence: str):
    assert problems(tmp_path, text)[0].startswith(sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Resources: [", "is not a template: while parsing"),
        ("just text", "is not a template: it has no sections"),
        ("Resources: {}\nResources: {}", "Resources is there twice"),
    ],
)
def test_what_is_no_template_is_said(tmp_path: Path, text: str, sentence: str):
    with pytest.raises(DeployError) as caught:
        draw(tmp_path, text)

    assert sentence in str(caught.value)


def test_a_folder_without_a_template_is_named(tmp_path: Path):
    with pytest.raises(DeployError) as caught:
        template.load(tmp_path, {}, SCOPE.region)

    assert str(caught.value) == f"there is no template.yaml, template.yml or template.json in {tmp_path}"


def test_short_tags_are_functions_and_dates_are_texts():
    document = template.read(
        "a: !Ref X\nb: !GetAtt X.Y.Z\nc: !Sub '${X}'\nd: !Join [',', [!Ref X]]\ne: !Condition C\nf: 2012-10-17",
        "t",
    )

    assert document == {
        "a": {"Ref": "X"},
        "b": {"Fn::GetAtt": ["X", "Y.Z"]},
        "c": {"Fn::Sub": "${X}"},
        "d": {"Fn::Join": [",", [{"Ref": "X"}]]},
        "e": {"Condition": "C"},
        "f": "2012-10-17",
    }


def test_resources_whose_condition_does_not_hold_are_left_out(tmp_path: Path):
    text = """
Parameters: {Stage: {Type: String, Default: test}}
Conditions: {Live: !Equals [!Ref Stage, live]}
Resources:
  Always: {Type: AWS::Logs::LogGroup}
  OnlyLive: {Type: AWS::Logs::LogGroup, Condition: Live}
"""
    assert draw(tmp_path, text).order == ("Always",)
    assert draw(tmp_path, text, Stage="live").order == ("Always", "OnlyLive")
    assert problems(tmp_path, text + "Outputs: {O: {Value: !Ref OnlyLive}}") == [
        "output O Value: OnlyLive is not there: its condition Live does not hold"
    ]


def test_code_that_is_not_there_is_named(tmp_path: Path):
    text = f"{SAM}Resources:{FUNCTION}".replace(
        'InlineCode: "def handler(event, context): pass"', "CodeUri: nowhere/"
    )

    assert problems(tmp_path, text) == [f"F (AWS::Lambda::Function) Code: there is no {tmp_path}/nowhere"]


def test_events_and_types_of_sam_that_are_not_supported_are_named(tmp_path: Path):
    text = f"""{SAM}
Resources:
  Api: {{Type: AWS::Serverless::Api}}
{FUNCTION}
      Events: {{Call: {{Type: Api, Properties: {{Path: /, Method: get}}}}}}
"""
    assert problems(tmp_path, text) == [
        "Api (AWS::Serverless::Api): this type is not supported;"
        " supported: AWS::Serverless::Function, AWS::Serverless::LayerVersion, AWS::Serverless::SimpleTable",
        "F (AWS::Serverless::Function) Events.Call.Type: Api is not supported; supported: DynamoDB, SNS",
    ]


def test_what_aws_translator_refuses_is_said_in_its_words(tmp_path: Path):
    text = f"{SAM}Resources:{FUNCTION}      Colour: blue\n"

    (problem,) = problems(tmp_path, text)

    assert "[F]" in problem
    assert "Colour" in problem


def test_sam_functions_become_functions_with_roles(tmp_path: Path):
    (tmp_path / "src").mkdir()
    text = f"{SAM}Resources:{FUNCTION}".replace(
        'InlineCode: "def handler(event, context): pass"', "CodeUri: ./src"
    )

    drawn = draw(tmp_path, text)

    assert drawn.order == ("FRole", "F")
    assert drawn.template.resources["F"].properties["Code"] == "./src"


def test_subscriptions_inside_a_topic_are_resources_of_their_own(tmp_path: Path):
    text = """
Conditions: {Told: !Equals [1, 1]}
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Topic:
    Type: AWS::SNS::Topic
    Condition: Told
    Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Queue.Arn}, {Protocol: smtp}]}
"""
    *_, problem = problems(tmp_path, text)
    drawn = draw(tmp_path, text.replace(", {Protocol: smtp}", ""))
    name = drawn.order[-1]

    assert problem.endswith("(AWS::SNS::Subscription) Endpoint: is missing")
    assert name.startswith("TopicSubscription")
    assert drawn.template.resources[name].condition == "Told"
    assert drawn.template.resources[name].properties["TopicArn"] == {"Ref": "Topic"}


def test_policies_of_sam_for_destinations_name_them(tmp_path: Path):
    text = f"""{SAM}
Resources:
  Dead: {{Type: AWS::SQS::Queue}}
  Shared: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: .}}}}
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      StreamSpecification: {{StreamViewType: NEW_IMAGE}}
{FUNCTION}
      Layers: [!Ref Shared]
      Events:
        C:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Things.StreamArn
            StartingPosition: LATEST
            DestinationConfig: {{OnFailure: {{Type: SQS, Destination: !GetAtt Dead.Arn}}}}
"""
    drawn = draw(tmp_path, text)
    policy = drawn.template.resources["FRole"].properties["Policies"][0]["PolicyDocument"]["Statement"][0]
    layer = next(name for name in drawn.order if name.startswith("Shared"))

    assert policy["Action"] == "sqs:SendMessage"
    assert policy["Resource"] == {"Fn::GetAtt": ["Dead", "Arn"]}
    assert drawn.template.resources[layer].properties["Content"] == "."
    assert drawn.template.resources["FC"].properties["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["Dead", "Arn"]}}
    }


def test_properties_are_written_out_not_made_by_a_function(tmp_path: Path):
    text = "Resources: {A: {Type: AWS::Logs::LogGroup, Properties: !If [C, {}, {}]}}\nConditions: {C: !Equals [1, 1]}"

    (problem,) = problems(tmp_path, text)

    assert problem.startswith("A (AWS::Logs::LogGroup) Fn::If: ")


def test_a_pattern_that_is_not_json_is_named(tmp_path: Path):
    text = """
Resources:
  M:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn
      FunctionName: f
      StartingPosition: LATEST
      FilterCriteria: {Filters: [{Pattern: "{eventName"}]}
"""
    (problem,) = problems(tmp_path, text)

    assert problem.startswith(
        "M (AWS::Lambda::EventSourceMapping) FilterCriteria.Filters[0].Pattern: is not JSON: "
    )


def test_aliases_of_aliases_do_not_fill_the_memory(tmp_path: Path):
    lines = ["  a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"  {name}: &{name} [{', '.join([f'*{before}'] * 10)}]"
        for before, name in itertools.pairwise("abcdefghi")
    ]

    with pytest.raises(DeployError, match="with its aliases it has more than 8388608 characters"):
        draw(tmp_path, "\n".join(["Metadata:", *lines]))


@pytest.mark.parametrize("text", ["Resources: " + "[" * 2_000 + "]" * 2_000, "Metadata: " + "{a: " * 2_000])
def test_nesting_without_an_end_is_said_in_a_sentence(tmp_path: Path, text: str):
    with pytest.raises(DeployError, match="is not a template: it is nested too deeply"):
        draw(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Resources: {T: {Type: AWS::Logs::LogGroup, Properties: [a]}}",
            "T (AWS::Logs::LogGroup) Properties: must have named members",
        ),
        (
            "Resources: {T: {Type: AWS::Logs::LogGroup, Condition: [a]}}",
            "T (AWS::Logs::LogGroup) Condition: a condition is named by a text",
        ),
        (
            "Resources: {T: {Type: AWS::Logs::LogGroup}}\nOutputs: {A: {Value: x, Condition: {a: b}}}",
            "output A Value: a condition is named by a text",
        ),
        (
            "Conditions: {A: !Equals [!Ref T, x]}\nResources: {T: {Type: AWS::Logs::LogGroup, Condition: A}}",
            "T (AWS::Logs::LogGroup) Condition: a condition cannot ask for the resource T",
        ),
    ],
)
def test_what_is_of_the_wrong_type_is_named(tmp_path: Path, text: str, told: str):
    assert problems(tmp_path, text) == [told]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (
            '{ZipFile: "\\ud800"}',
            "F (AWS::Lambda::Function) Code.ZipFile: holds half a character, which no file can",
        ),
        (
            "x" * 5_000,
            f"F (AWS::Lambda::Function) Code: {'x' * 100} cannot be looked for: File name too long",
        ),
    ],
)
def test_code_that_cannot_be_is_named(tmp_path: Path, code: str, told: str):
    text = f"Resources: {{F: {{Type: AWS::Lambda::Function, Properties: {{Handler: a.b, Role: r, Runtime: python3.11, Code: {code}}}}}}}"

    assert problems(tmp_path, text) == [told]


def test_time_to_live_needs_an_attribute(tmp_path: Path):
    text = """
Resources:
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      TimeToLiveSpecification: {Enabled: true}
"""
    assert problems(tmp_path, text) == [
        "T (AWS::DynamoDB::Table) TimeToLiveSpecification.AttributeName: is missing"
    ]


def test_what_a_switch_that_is_off_cannot_have_is_named(tmp_path: Path):
    text = """
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: false, RecoveryPeriodInDays: 3}
      SSESpecification: {SSEEnabled: false, KMSMasterKeyId: x}
"""
    assert problems(tmp_path, text) == [
        "Table (AWS::DynamoDB::Table) PointInTimeRecoverySpecification.RecoveryPeriodInDays:"
        " goes only with PointInTimeRecoveryEnabled",
        "Table (AWS::DynamoDB::Table) SSESpecification.KMSMasterKeyId: goes only with SSEEnabled",
    ]
