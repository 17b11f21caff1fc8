"""Layers by boto3: shapes, statuses and sentences as recorded from AWS."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.functions_process import Functions
from tests.api.millrace_process import zipped

RUNTIMES = "Member must satisfy enum value set: [nodejs20.x, python3.14, provided.al2023,"
ACTION = "lambda:GetLayerVersion"


@pytest.fixture(scope="module")
def client(functions: Functions) -> Any:
    return functions.lambda_


def publish(client: Any, name: str, **params: Any) -> dict[str, Any]:
    answer = client.publish_layer_version(
        LayerName=name, Content={"ZipFile": zipped("X = 1", "python/lay.py")}, **params
    )
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    return answer


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, str, int]:
    """Code, message and status."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_the_life_of_a_layer(client: Any):
    code = zipped("X = 1", "python/lay.py")
    given = {"Description": "d", "LicenseInfo": "MIT", "CompatibleRuntimes": ["python3.12"], "CompatibleArchitectures": ["x86_64"]}  # fmt: skip
    one, two = publish(client, "life", **given), publish(client, "life")

    assert set(one) == {"Content", "LayerArn", "LayerVersionArn", "CreatedDate", "Version", *given}
    assert set(one["Content"]) == {"CodeSha256", "CodeSize", "Location"}
    assert one["Content"]["CodeSize"] == len(code)
    assert urllib.request.urlopen(one["Content"]["Location"], timeout=10).read() == code
    assert set(two) == {"Content", "LayerArn", "LayerVersionArn", "CreatedDate", "Version", "Description"}
    assert (two["Version"], two["Description"]) == (2, "")
    assert two["LayerVersionArn"] == two["LayerArn"] + ":2"
    for found in (
        client.get_layer_version(LayerName="life", VersionNumber=1),
        client.get_layer_version(LayerName=one["LayerArn"], VersionNumber=1),
        client.get_layer_version_by_arn(Arn=one["LayerVersionArn"]),
    ):
        assert {name: found[name] for name in given} == given
        assert found["Content"]["CodeSha256"] == one["Content"]["CodeSha256"]
    listed = client.list_layer_versions(LayerName="life")["LayerVersions"]
    assert [version["Version"] for version in listed] == [2, 1]
    assert listed[1] == {name: value for name, value in one.items() if name not in {"Content", "LayerArn"}}
    latest = next(layer for layer in client.list_layers()["Layers"] if layer["LayerName"] == "life")
    assert latest == {"LayerName": "life", "LayerArn": one["LayerArn"], "LatestMatchingVersion": listed[0]}
    for version in (1, 2, 2, 9):
        deleted = client.delete_layer_version(LayerName="life", VersionNumber=version)
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert client.list_layer_versions(LayerName="life")["LayerVersions"] == []
    assert publish(client, "life")["Version"] == 3


def test_lists_given_empty_are_shown_empty(client: Any):
    answer = publish(client, "empty", CompatibleRuntimes=[], CompatibleArchitectures=[])
    assert (answer["CompatibleRuntimes"], answer["CompatibleArchitectures"]) == ([], [])


def test_what_is_not_there_or_cannot_be_is_told_in_awss_words(client: Any):
    arn = publish(client, "there")["LayerArn"]
    gone = ("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    low = ("InvalidParameterValueException", "Layer Version Cannot be less than 1", 400)

    assert refused(client.get_layer_version, LayerName="none", VersionNumber=1) == gone
    assert refused(client.get_layer_version, LayerName="there", VersionNumber=2) == gone
    assert refused(client.get_layer_version_by_arn, Arn=f"{arn}:2") == gone
    assert refused(client.get_layer_version, LayerName="there", VersionNumber=0) == low
    assert refused(client.delete_layer_version, LayerName="there", VersionNumber=-1) == low
    assert client.list_layer_versions(LayerName="none")["LayerVersions"] == []
    without = refused(client.get_layer_version_by_arn, Arn=arn)
    assert without[0] == "ValidationException"
    assert without[1].startswith(
        f"1 validation error detected: Value '{arn}' at 'arn' failed to satisfy constraint"
    )
    content = {"ZipFile": zipped("")}
    runtimes = ["invalidruntime", "nodejs20.x"]
    code, message, status = refused(
        client.publish_layer_version, LayerName="x", Content=content, CompatibleRuntimes=runtimes
    )
    assert (code, status) == ("ValidationException", 400)
    assert message.startswith(
        "1 validation error detected: Value '[invalidruntime, nodejs20.x]' at 'compatibleRuntimes' failed to satisfy "
        f"constraint: {RUNTIMES}"
    )
    assert refused(client.list_layers, CompatibleRuntime="nope")[0] == "ValidationException"
    assert refused(
        client.publish_layer_version, LayerName="x", Content={"S3Bucket": "no-such-bucket", "S3Key": "k"}
    ) == (
        "InvalidParameterValueException",
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist",
        400,
    )


def test_who_may_use_a_layer_is_kept_and_told(client: Any):
    arn = publish(client, "shared")["LayerVersionArn"]
    shared = {"LayerName": "shared", "VersionNumber": 1}
    everyone = {**shared, "StatementId": "s1", "Action": ACTION, "Principal": "*"}

    assert refused(client.get_layer_version_policy, **shared) == (
        "ResourceNotFoundException",
        "No policy is associated with the given resource.",
        404,
    )
    added = client.add_layer_version_permission(**everyone)
    statement = {"Sid": "s1", "Effect": "Allow", "Principal": "*", "Action": ACTION, "Resource": arn}
    assert added["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert json.loads(added["Statement"]) == statement
    policy = client.get_layer_version_policy(**shared)
    assert policy["RevisionId"] == added["RevisionId"]
    assert json.loads(policy["Policy"]) == {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": [statement],
    }
    assert refused(client.add_layer_version_permission, **everyone)[0] == "ResourceConflictException"
    one = {**shared, "StatementId": "s2", "Action": ACTION, "Principal": "123456789012"}
    stale = (
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetLayerPolicy API to retrieve the latest Revision Id",
        412,
    )
    assert refused(client.add_layer_version_permission, **one, RevisionId="old") == stale
    second = client.add_layer_version_permission(**one, RevisionId=added["RevisionId"])
    assert json.loads(second["Statement"])["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert (
        refused(client.remove_layer_version_permission, **shared, StatementId="s1", RevisionId="old") == stale
    )
    assert refused(client.remove_layer_version_permission, **shared, StatementId="none") == (
        "ResourceNotFoundException",
        "Statement none is not found in resource policy.",
        404,
    )
    for sid in ("s1", "s2"):
        client.remove_layer_version_permission(**shared, StatementId=sid)
    assert refused(client.get_layer_version_policy, **shared)[0] == "ResourceNotFoundException"
    missing = f"Layer version {arn.removesuffix(':1')}:2 does not exist."
    for call in (client.get_layer_version_policy, client.add_layer_version_permission, client.remove_layer_version_permission):  # fmt: skip
        params = {
            **(everyone if call == client.add_layer_version_permission else shared),
            "VersionNumber": 2,
            **({"StatementId": "s1"} if call == client.remove_layer_version_permission else {}),
        }
        assert refused(call, **params) == ("ResourceNotFoundException", missing, 404)


def test_a_function_without_a_layers_version_number_is_refused(functions: Functions):
    arn = publish(functions.lambda_, "numberless")["LayerArn"]

    code, message, status = refused(functions.make, name="fn", source="", Layers=[arn])
    assert (code, status) == ("ValidationException", 400)
    assert message.startswith(
        f"1 validation error detected: Value '[{arn}]' at 'layers' failed to satisfy constraint: Member must satisfy "
        "constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal "
        "to 1, Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?"
    )
    assert message.endswith("|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+), Member must not be null]")
