"""The policies AWS provides ready-made, as far as tables, streams, functions and logs need them. Data.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class AwsPolicy:
    """One policy of AWS's. `path` is part of its ARN: `arn:aws:iam::aws:policy` + path + name."""

    name: str
    path: str
    document: str
    description: str

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::aws:policy{self.path}{self.name}"


_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


def _allow(actions: Sequence[str], **more: Any) -> Mapping[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def _policy(name: str, path: str, description: str, *statements: Mapping[str, Any]) -> AwsPolicy:
    document = orjson.dumps({"Version": "2012-10-17", "Statement": statements}).decode()
    return AwsPolicy(name, path, document, description)


@cache
def aws_policies() -> Mapping[str, AwsPolicy]:
    """The policies of AWS's that are known here, by ARN."""
    return {policy.arn: policy for policy in (*_lambda_policies(), *_service_policies(), *_job_policies())}


def _lambda_policies() -> tuple[AwsPolicy, ...]:
    role = "/service-role/"
    return (
        _policy(
            "AWSLambdaBasicExecutionRole",
            role,
            "Provides write permissions to CloudWatch Logs.",
            _allow(_LOGS),
        ),
        _policy(
            "AWSLambdaDynamoDBExecutionRole",
            role,
            "Provides list and read access to DynamoDB streams and write permissions to CloudWatch logs.",
            _allow(
                (
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    "dynamodb:ListStreams",
                    *_LOGS,
                )
            ),
        ),
        _policy(
            "AWSLambdaSQSQueueExecutionRole",
            role,
            "Provides receive message, delete message, and read attribute access to SQS queues, and write "
            "permissions to CloudWatch logs.",
            _allow(("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", *_LOGS)),
        ),
        _policy(
            "AWSLambdaKinesisExecutionRole",
            role,
            "Provides list and read access to Kinesis streams and write permissions to CloudWatch logs.",
            _allow(
                (
                    "kinesis:DescribeStream",
                    "kinesis:DescribeStreamSummary",
                    "kinesis:GetRecords",
                    "kinesis:GetShardIterator",
                    "kinesis:ListShards",
                    "kinesis:ListStreams",
                    "kinesis:SubscribeToShard",
                    *_LOGS,
                )
            ),
        ),
        _policy(
            "AWSLambdaVPCAccessExecutionRole",
            role,
            "Provides minimum permissions for a Lambda function to execute while accessing a resource "
            "within a VPC.",
            _allow(
                (
                    *_LOGS,
                    "ec2:CreateNetworkInterface",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSubnets",
                    "ec2:DeleteNetworkInterface",
                    "ec2:AssignPrivateIpAddresses",
                    "ec2:UnassignPrivateIpAddresses",
                )
            ),
        ),
        _policy(
            "AWSLambdaRole",
            role,
            "Default policy for AWS Lambda service role.",
            _allow(("lambda:InvokeFunction",)),
        ),
        _policy(
            "AWSLambdaExecute",
            "/",
            "Provides Put, Get access to S3 and full access to CloudWatch Logs.",
            {"Effect": "Allow", "Action": ["logs:*"], "Resource": "arn:aws:logs:*:*:*"},
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::*"},
        ),
        _policy(
            "AWSLambdaInvocation-DynamoDB",
            "/",
            "Provides read access to DynamoDB Streams.",
            _allow(("lambda:InvokeFunction",)),
            _allow(
                (
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    "dynamodb:ListStreams",
                )
            ),
        ),
    )


_PASS_TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


def _service_policies() -> tuple[AwsPolicy, ...]:
    return (
        _policy(
            "AWSLambda_FullAccess",
            "/",
            "Grants full access to AWS Lambda service, AWS Lambda console features, and other related AWS services.",
            _allow(
                (
                    "cloudformation:DescribeStacks",
                    "cloudwatch:GetMetricData",
                    "iam:GetPolicy",
                    "iam:GetPolicyVersion",
                )
            ),
            _allow(
                ("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies")
            ),
            _allow(
                ("iam:ListRoles", "kms:ListAliases", "lambda:*", "logs:DescribeLogGroups", "tag:GetResources")
            ),
            _allow(("iam:PassRole",), Condition=_PASS_TO_LAMBDA),
            _allow(("logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents")),
        ),
        _policy(
            "AWSLambda_ReadOnlyAccess",
            "/",
            "Grants read-only access to AWS Lambda service, AWS Lambda console features, and other related AWS "
            "services.",
            _allow(
                ("iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy", "iam:ListRoles")
            ),
            _allow(("iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "lambda:Get*", "lambda:List*")),
            _allow(
                (
                    "logs:DescribeLogGroups",
                    "logs:DescribeLogStreams",
                    "logs:GetLogEvents",
                    "logs:FilterLogEvents",
                )
            ),
        ),
        _policy(
            "AmazonDynamoDBFullAccess",
            "/",
            "Provides full access to Amazon DynamoDB via the AWS Management Console.",
            _allow(("dynamodb:*", "dax:*", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData")),
            _allow(
                ("iam:GetRole", "iam:ListRoles", "kms:DescribeKey", "kms:ListAliases", "lambda:ListFunctions")
            ),
            _allow(
                (
                    "lambda:ListEventSourceMappings",
                    "lambda:CreateEventSourceMapping",
                    "lambda:DeleteEventSourceMapping",
                    "lambda:GetFunctionConfiguration",
                    "lambda:CreateFunction",
                    "lambda:DeleteFunction",
                    "tag:GetResources",
                )
            ),
        ),
        _policy(
            "AmazonDynamoDBFullAccess_v2",
            "/",
            "Provides full access to Amazon DynamoDB via the AWS Management Console.",
            _allow(("dynamodb:*", "dax:*", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData")),
            _allow(("iam:GetRole", "kms:DescribeKey", "kms:ListAliases", "tag:GetResources")),
        ),
        _policy(
            "AmazonDynamoDBReadOnlyAccess",
            "/",
            "Provides read only access to Amazon DynamoDB via the AWS Management Console.",
            _allow(
                (
                    "dynamodb:BatchGetItem",
                    "dynamodb:Describe*",
                    "dynamodb:List*",
                    "dynamodb:GetAbacStatus",
                    "dynamodb:GetItem",
                    "dynamodb:GetResourcePolicy",
                    "dynamodb:Query",
                    "dynamodb:Scan",
                    "dynamodb:PartiQLSelect",
                    "iam:GetRole",
                    "iam:ListRoles",
                )
            ),
        ),
        _policy(
            "CloudWatchLogsFullAccess", "/", "Provides full access to CloudWatch Logs.", _allow(("logs:*",))
        ),
        _policy(
            "CloudWatchLogsReadOnlyAccess",
            "/",
            "Provides read only access to CloudWatch Logs.",
            _allow(
                (
                    "logs:Describe*",
                    "logs:Get*",
                    "logs:List*",
                    "logs:StartQuery",
                    "logs:StopQuery",
                    "logs:TestMetricFilter",
                    "logs:FilterLogEvents",
                    "logs:StartLiveTail",
                    "logs:StopLiveTail",
                )
            ),
        ),
        _policy("AmazonSQSFullAccess", "/", "Provides full access to Amazon SQS.", _allow(("sqs:*",))),
        _policy("AmazonSNSFullAccess", "/", "Provides full access to Amazon SNS.", _allow(("sns:*",))),
        _policy(
            "AmazonS3FullAccess",
            "/",
            "Provides full access to all buckets.",
            _allow(("s3:*", "s3-object-lambda:*")),
        ),
        _policy("IAMFullAccess", "/", "Provides full access to IAM.", _allow(("iam:*",))),
    )


def _job_policies() -> tuple[AwsPolicy, ...]:
    not_admin = ["iam:*", "organizations:*", "account:*"]
    return (
        _policy(
            "AdministratorAccess",
            "/",
            "Provides full access to AWS services and resources.",
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
        ),
        _policy(
            "PowerUserAccess",
            "/",
            "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
            {"Effect": "Allow", "NotAction": not_admin, "Resource": "*"},
            _allow(("iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles")),
        ),
    )
