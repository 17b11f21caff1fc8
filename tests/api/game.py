"""A small game as a SAM template, and how tests deploy it with the command line."""

import json
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from tests.api.millrace_process import ENVIRONMENT, Millrace

from millrace.cli.deploy import command

RUNTIME = f"python3.{sys.version_info.minor}"
TEMPLATE = f"""
AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Description: Scores, and the boards that follow from them.

Parameters:
  Greeting: {{Type: String, Default: hello}}

Globals:
  Function:
    Runtime: {RUNTIME}
    Timeout: 10

Resources:
  Scores:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {{AttributeName: player, AttributeType: S}}
        - {{AttributeName: game, AttributeType: S}}
        - {{AttributeName: points, AttributeType: N}}
      KeySchema:
        - {{AttributeName: player, KeyType: HASH}}
        - {{AttributeName: game, KeyType: RANGE}}
      GlobalSecondaryIndexes:
        - IndexName: by-points
          KeySchema:
            - {{AttributeName: game, KeyType: HASH}}
            - {{AttributeName: points, KeyType: RANGE}}
          Projection: {{ProjectionType: ALL}}
      StreamSpecification: {{StreamViewType: NEW_AND_OLD_IMAGES}}
      Tags: [{{Key: colour, Value: blue}}]

  Boards:
    Type: AWS::Serverless::SimpleTable

  Apply:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: apply/
      Handler: app.handler
      Environment:
        Variables: {{BOARDS: !Ref Boards, GREETING: !Ref Greeting}}
      Policies:
        - DynamoDBCrudPolicy: {{TableName: !Ref Boards}}
      Events:
        Change:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Scores.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 5
            MaximumRetryAttempts: 2
            MaximumRecordAgeInSeconds: 3600
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            FilterCriteria:
              Filters:
                - Pattern: '{{"eventName": ["INSERT"]}}'

  AuditLog:
    Type: AWS::Logs::LogGroup
    Properties: {{LogGroupName: !Sub '/${{AWS::StackName}}/audit', RetentionInDays: 7}}

  AuditRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}

  AuditPolicy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: write-logs
      PolicyDocument:
        Version: 2012-10-17
        Statement: [{{Effect: Allow, Action: "logs:*", Resource: "*"}}]
      Roles: [!Ref AuditRole]

  AuditShared:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: 2012-10-17
        Statement: [{{Effect: Allow, Action: "dynamodb:GetItem", Resource: !GetAtt Scores.Arn}}]
      Roles: [!Ref AuditRole]

  Audit:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: {RUNTIME}
      Handler: index.handler
      Role: !GetAtt AuditRole.Arn
      LoggingConfig: {{LogGroup: !Ref AuditLog}}
      Code:
        ZipFile: !Sub |
          def handler(event, context):
              return "${{AWS::StackName}}"

Outputs:
  Scores: {{Value: !Ref Scores, Description: where scores go}}
  Stream: {{Value: !GetAtt Scores.StreamArn}}
  Where: {{Value: !Sub "${{Boards}} in ${{AWS::Region}}"}}
"""
APPLY = """
import os
import boto3

boards = boto3.resource("dynamodb").Table(os.environ["BOARDS"])

def handler(event, context):
    for record in event["Records"]:
        image = record["dynamodb"]["NewImage"]
        boards.put_item(Item={"id": image["player"]["S"], "says": os.environ["GREETING"]})
    return {"batchItemFailures": []}
"""
TYPES = {
    "Scores": "AWS::DynamoDB::Table",
    "Boards": "AWS::DynamoDB::Table",
    "ApplyRole": "AWS::IAM::Role",
    "Apply": "AWS::Lambda::Function",
    "ApplyChange": "AWS::Lambda::EventSourceMapping",
    "AuditLog": "AWS::Logs::LogGroup",
    "AuditRole": "AWS::IAM::Role",
    "AuditPolicy": "AWS::IAM::Policy",
    "AuditShared": "AWS::IAM::ManagedPolicy",
    "Audit": "AWS::Lambda::Function",
}


class Game:
    """The template in a folder, which a test changes, and the server it is deployed to.

    The folder's name is the stack's, and what the template does not name begins with it.
    """

    def __init__(self, folder: Path, server: Millrace) -> None:
        self.folder = folder
        self.server = server
        self.stack = folder.name
        (folder / "apply").mkdir(parents=True)
        self.write("apply/app.py", APPLY)
        self.write("template.yaml", TEMPLATE)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def change(self, *pairs: tuple[str, str]) -> None:
        """Replace text in the template, which has to be there."""
        text = (self.folder / "template.yaml").read_text()
        for before, after in pairs:
            assert before in text, before
            text = text.replace(before, after)
        self.write("template.yaml", text)

    def drop(self, logical_id: str) -> None:
        """Take a resource out of the template."""
        front, _, rest = (self.folder / "template.yaml").read_text().partition(f"\n  {logical_id}:\n")
        assert rest, logical_id
        after = rest.split("\n\n", 1)[1]
        self.write("template.yaml", f"{front}\n{after}")

    def run(self, *words: str) -> tuple[int, Any]:
        """The exit code and the JSON of `millrace deploy`, which runs here: a process for each takes too long."""
        runner = CliRunner(env={**ENVIRONMENT, "AWS_ENDPOINT_URL": self.server.url})
        done = runner.invoke(command, [str(self.folder), "--json", *words])
        assert done.stdout, done.exception
        assert done.stderr == ""
        return done.exit_code, json.loads(done.stdout)

    def tables(self) -> list[str]:
        """The stack's, which has the server for itself or not."""
        names = self.server.client("dynamodb").list_tables()["TableNames"]
        return [name for name in names if name.startswith(f"{self.stack}-")]

    def deploy(self, *words: str) -> Any:
        """The JSON of one that succeeds."""
        code, answer = self.run(*words)
        assert code == 0, answer
        return answer

    def refused(self, *words: str) -> Any:
        """The JSON of one that does not."""
        code, answer = self.run(*words)
        assert code == 1, answer
        return answer


def actions(answer: Any) -> dict[str, str]:
    """What happens to each resource, but for those that stay as they are."""
    return {item["logical_id"]: item["action"] for item in answer["plan"] if item["action"] != "unchanged"}


def paths(answer: Any) -> dict[str, list[str]]:
    """Where each resource changes."""
    return {
        item["logical_id"]: [change["path"] for change in item["changes"]]
        for item in answer["plan"]
        if item["changes"]
    }
