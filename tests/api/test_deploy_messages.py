"""Queues, topics, buckets and layers from templates, and who is told of what a function could not do."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.game import RUNTIME, Game, actions, paths
from tests.api.millrace_process import Millrace

# The shape of AWS's own examples: a stream, a function, and a queue for the batches it gives up.
TEMPLATE = f"""
AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31

Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
      StreamSpecification: {{StreamViewType: NEW_IMAGE}}

  Failed:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: 1209600
      RedrivePolicy: {{deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: "3"}}

  Lost:
    Type: AWS::SQS::Queue
    Properties: {{FifoQueue: false, Tags: [{{Key: colour, Value: grey}}]}}

  Alarm:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: Alarm
      Subscription: [{{Protocol: sqs, Endpoint: !GetAtt Heard.Arn}}]

  Heard:
    Type: AWS::SQS::Queue

  HeardPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Heard]
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {{Service: sns.amazonaws.com}}
            Action: [sqs:SendMessage]
            Resource: !GetAtt Heard.Arn
            Condition: {{ArnEquals: {{aws:SourceArn: !Ref Alarm}}}}

  AlarmPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Alarm]
      PolicyDocument:
        Statement: [{{Effect: Allow, Principal: {{AWS: !Ref AWS::AccountId}}, Action: sns:Publish, Resource: !Ref Alarm}}]

  Only:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Alarm
      Protocol: sqs
      Endpoint: !GetAtt Lost.Arn
      RawMessageDelivery: true
      FilterPolicy: {{kind: [lost]}}

  Archive:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration: {{BlockPublicAcls: true, IgnorePublicAcls: true}}

  ArchivePolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Archive
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {{Effect: Allow, Principal: {{AWS: "111111111111"}}, Action: "s3:GetObject", Resource: !Sub "${{Archive.Arn}}/*"}}

  Words:
    Type: AWS::Serverless::LayerVersion
    Metadata: {{BuildMethod: {RUNTIME}}}
    Properties: {{ContentUri: words/, CompatibleRuntimes: [{RUNTIME}]}}

  WordsOfOthers:
    Type: AWS::Lambda::LayerVersionPermission
    Properties: {{Action: "lambda:GetLayerVersion", LayerVersionArn: !Ref Words, Principal: "111111111111"}}

  Apply:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: apply/
      Handler: app.handler
      Runtime: {RUNTIME}
      Layers: [!Ref Words]
      EphemeralStorage: {{Size: 1024}}
      LoggingConfig: {{LogFormat: JSON, ApplicationLogLevel: WARN}}
      ReservedConcurrentExecutions: 3
      DeadLetterQueue: {{Type: SQS, TargetArn: !GetAtt Lost.Arn}}
      EventInvokeConfig:
        MaximumRetryAttempts: 0
        DestinationConfig: {{OnFailure: {{Type: SNS, Destination: !Ref Alarm}}, OnSuccess: {{Type: SQS}}}}
      Environment: {{Variables: {{QUEUE: !Ref Failed, BUCKET: !Ref Archive}}}}
      Policies:
        - SQSSendMessagePolicy: {{QueueName: !GetAtt Lost.QueueName}}
        - SNSPublishMessagePolicy: {{TopicName: !GetAtt Alarm.TopicName}}
        - S3CrudPolicy: {{BucketName: !Ref Archive}}
      Events:
        Change:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Orders.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 10
            ParallelizationFactor: 2
            MaximumRetryAttempts: 0
            MaximumRecordAgeInSeconds: 600
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            MetricsConfig: {{Metrics: [EventCount]}}
            DestinationConfig: {{OnFailure: {{Type: SQS, Destination: !GetAtt Failed.Arn}}}}
        Told:
          Type: SNS
          Properties: {{Topic: !Ref Alarm, FilterPolicy: {{kind: [function]}}}}

Outputs:
  Failed: {{Value: !Ref Failed}}
  Lost: {{Value: !GetAtt Lost.QueueUrl}}
  Heard: {{Value: !Ref Heard}}
  Alarm: {{Value: !Ref Alarm}}
  Words: {{Value: !Ref Words}}
  Archive: {{Value: !GetAtt Archive.Arn}}
"""
APPLY = """
import os
import boto3
from words import SAID

def handler(event, context):
    if "Records" in event and "Sns" in event["Records"][0]:
        body = event["Records"][0]["Sns"]["Message"]
        boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="told", Body=body)
        return
    raise ValueError(SAID)
"""

# SAM's own queue of what succeeded, which is full once that was written down.
SUCCEEDED = "ApplyEventInvokeConfigOnSuccessQueue"


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def game(tmp_path: Path, server: Millrace, numbers: Iterator[int]) -> Game:
    made = Game(tmp_path / f"shop{next(numbers)}", server)
    made.write("template.yaml", TEMPLATE)
    made.write("apply/app.py", APPLY)
    (made.folder / "words").mkdir()
    made.write("words/words.py", "SAID = 'no'")
    return made


def received(game: Game, url: str) -> Any:
    """The body of the one message that is, or comes, in a queue."""
    (message,) = game.server.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    return json.loads(message["Body"])


def test_a_failed_batch_arrives_in_the_queue_of_the_template(game: Game):
    first = game.deploy()
    outputs = first["outputs"]
    second = game.deploy()
    client = game.server.client
    client("dynamodb").put_item(TableName=f"{game.stack}-Orders", Item={"id": {"S": "one"}})
    failed = received(game, outputs["Failed"])
    client("lambda").invoke(FunctionName=f"{game.stack}-Apply", InvocationType="Event", Payload=b"{}")
    heard = received(game, outputs["Heard"])
    function = client("lambda").get_function_configuration(FunctionName=f"{game.stack}-Apply")

    assert set(actions(first).values()) == {"create"}
    assert actions(second) == {}
    assert second["outputs"] == outputs
    assert failed["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert failed["DDBStreamBatchInfo"]["batchSize"] == 1
    assert json.loads(heard["Message"])["responsePayload"]["errorMessage"] == "no", "the layer's word"
    assert outputs["Archive"] == f"arn:aws:s3:::{game.stack}-archive"
    assert outputs["Lost"].endswith(f"/000000000000/{game.stack}-Lost")
    assert [layer["Arn"] for layer in function["Layers"]] == [outputs["Words"]]
    assert function["DeadLetterConfig"]["TargetArn"].endswith(f":{game.stack}-Lost")
    assert function["EphemeralStorage"] == {"Size": 1024}
    assert function["LoggingConfig"]["ApplicationLogLevel"] == "WARN"


def test_a_change_of_one_thing_changes_that_thing_alone(game: Game):
    first = game.deploy()
    game.change(
        ("MessageRetentionPeriod: 1209600", "MessageRetentionPeriod: 600"),
        ("DisplayName: Alarm", "DisplayName: Fire"),
        ("[lost]}", "[lost, found]}"),
        ("BlockPublicAcls: true, ", ""),
        ("MaximumRetryAttempts: 0\n        Dest", "MaximumRetryAttempts: 1\n        Dest"),
        ("            MetricsConfig: {Metrics: [EventCount]}\n", ""),
        ("            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failed.Arn}}\n", ""),
        ("Action: [sqs:SendMessage]", 'Action: "sqs:*"'),
    )
    game.drop("AlarmPolicy")
    game.drop("ArchivePolicy")
    game.drop("WordsOfOthers")
    game.write("words/words.py", "SAID = 'never'")

    answer = game.deploy()
    changed = {name: where for name, where in paths(answer).items() if name != "ApplyRole"}

    assert changed == {
        "Failed": ["MessageRetentionPeriod"],
        "Alarm": ["DisplayName"],
        "Only": ["FilterPolicy.kind"],
        "Archive": ["PublicAccessBlockConfiguration.BlockPublicAcls"],
        "Apply": ["Layers"],
        "ApplyEventInvokeConfig": ["MaximumRetryAttempts"],
        "ApplyChange": ["DestinationConfig.OnFailure", "MetricsConfig.Metrics"],
        "HeardPolicy": ["PolicyDocument"],
    }
    ended = {name.rstrip("0123456789abcdef"): action for name, action in actions(answer).items()}
    assert {name for name, action in ended.items() if action == "delete"} == {
        "AlarmPolicy",
        "ArchivePolicy",
        "WordsOfOthers",
    }
    assert answer["outputs"]["Words"] != first["outputs"]["Words"]
    assert "release" in ended.values(), "the layer's version of before is let go, as SAM says"
    assert actions(game.deploy()) == {}


def test_what_is_there_is_adopted_and_what_is_full_kept_when_told_so(game: Game):
    client = game.server.client
    client("sqs").create_queue(QueueName=f"{game.stack}-Lost")
    client("sns").create_topic(Name=f"{game.stack}-Alarm")
    client("s3").create_bucket(
        Bucket=f"{game.stack}-archive", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )

    refused = game.refused()
    adopted = game.deploy("--adopt")
    client("sns").publish(
        TopicArn=adopted["outputs"]["Alarm"],
        Message='"told"',
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "function"}},
    )
    heard = received(game, adopted["outputs"]["Heard"])
    client("s3").get_waiter("object_exists").wait(
        Bucket=f"{game.stack}-archive", Key="told", WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )
    kept = game.deploy("--delete")
    deleted = game.deploy("--delete", "--delete-data")

    there = ["Lost", "Alarm", "Archive"]
    assert [problem["logical_id"] for problem in refused["problems"]] == there
    assert [name for name, action in actions(adopted).items() if action == "adopt"] == there
    assert heard["Message"] == '"told"'
    full = {"Orders", "Archive", "Heard"}
    assert {name for name, action in actions(kept).items() if action == "keep"} - {SUCCEEDED} == full
    assert {name for name, action in actions(deleted).items() if action == "delete"} - {SUCCEEDED} == full
    assert [url for url in client("sqs").list_queues().get("QueueUrls", []) if game.stack in url] == []
