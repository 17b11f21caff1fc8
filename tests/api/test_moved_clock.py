"""The server's time is moved; processes beside it know no other time than the machine's."""

import json

from tests.api.millrace_process import TRUST, Millrace, zipped

HANDLER = """
import boto3

def lambda_handler(event, context):
    return boto3.client("dynamodb").list_tables()["TableNames"]
"""
POLICY = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"


def test_a_function_can_call_back_after_the_clock_was_moved_by_a_day(millrace: Millrace):
    iam, functions = millrace.client("iam"), millrace.client("lambda")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="reader", PolicyArn=POLICY)
    functions.create_function(
        FunctionName="lister",
        Runtime="python3.11",
        Handler="handler.lambda_handler",
        Role=role,
        Code={"ZipFile": zipped(HANDLER)},
    )

    millrace.ask("clock", advance=25 * 3600)

    assert json.loads(functions.invoke(FunctionName="lister")["Payload"].read()) == []
