"""Lambda's tag operations serve two kinds of resources, which the ARN tells apart."""

import pytest
from botocore.exceptions import ClientError
from tests.api.millrace_process import HANDLER, TRUST, Millrace, stream_policy, zipped

UNKNOWN = "arn:aws:lambda:eu-central-1:000000000000:event-source-mapping:11111111-2222-3333-4444-555555555555"
TABLE = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}


def tagged(millrace: Millrace) -> tuple[str, str]:
    """The ARNs of a function and of a mapping, each with a tag."""
    stream = millrace.client("dynamodb").create_table(**TABLE)["TableDescription"]["LatestStreamArn"]
    iam, functions = millrace.client("iam"), millrace.client("lambda")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=stream_policy(stream))
    function = functions.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Handler="handler.lambda_handler",
        Role=role,
        Code={"ZipFile": zipped(HANDLER)},
        Tags={"of": "function"},
    )
    mapping = functions.create_event_source_mapping(
        FunctionName="f", EventSourceArn=stream, StartingPosition="LATEST", Tags={"of": "mapping"}
    )
    return function["FunctionArn"], mapping["EventSourceMappingArn"]


def test_a_mapping_and_its_function_have_tags_of_their_own(millrace: Millrace):
    function, mapping = tagged(millrace)
    client = millrace.client("lambda")

    client.tag_resource(Resource=mapping, Tags={"stage": "test"})
    assert client.list_tags(Resource=mapping)["Tags"] == {"of": "mapping", "stage": "test"}
    client.untag_resource(Resource=mapping, TagKeys=["of"])

    assert client.list_tags(Resource=mapping)["Tags"] == {"stage": "test"}
    assert client.list_tags(Resource=function)["Tags"] == {"of": "function"}


def test_a_mapping_that_is_not_there_is_refused_in_awss_words(millrace: Millrace):
    client = millrace.client("lambda")

    with pytest.raises(ClientError) as caught:
        client.tag_resource(Resource=UNKNOWN, Tags={"a": "b"})

    error = caught.value.response
    assert (
        error["Error"]["Code"],
        error["Error"]["Message"],
        error["ResponseMetadata"]["HTTPStatusCode"],
    ) == (
        "ResourceNotFoundException",
        f"Event source mapping not found: {UNKNOWN}",
        404,
    )
