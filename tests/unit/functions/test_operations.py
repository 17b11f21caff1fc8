"""Lambda's operations on functions: what they show, and AWS's words when they refuse."""

import re
from typing import Any

import pytest
from tests.unit.functions.stage import ROLE, ROOT, SCOPE, Stage, play, zip_of

from millrace.core.context import Access, Context
from millrace.core.errors import AwsError
from millrace.functions.operations import accesses
from millrace.iam.roles import role_operations

CODE = "def handler(event, context): return 1"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:fn"


def refused(operation: str, code: str, **params: Any) -> str:
    """The sentence with which an operation on the stage's function is refused."""
    found: list[AwsError] = []

    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        with pytest.raises(AwsError) as refusal:
            await stage.call(operation, **params)
        found.append(refusal.value)

    play(scene)
    assert found[0].code == code
    return str(found[0].message)


def new(**params: Any) -> dict[str, Any]:
    return {
        "FunctionName": "other",
        "Runtime": "python3.11",
        "Handler": "app.handler",
        "Role": ROLE,
        "Code": {"ZipFile": zip_of(CODE)},
        **params,
    }


def test_created_function_is_shown_as_on_aws():
    async def scene(stage: Stage) -> None:
        shown = {name: value for name, value in (await stage.create(CODE)).items() if value is not None}

        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", shown.pop("LastModified"))
        assert re.fullmatch(r"[0-9a-f-]{36}", shown.pop("RevisionId"))
        assert re.fullmatch(
            "arn:aws:lambda:eu-west-1::runtime:[0-9a-f]{64}",
            shown.pop("RuntimeVersionConfig")["RuntimeVersionArn"],
        )
        assert len(shown.pop("CodeSha256")) == 44
        assert shown.pop("CodeSize") == len(zip_of(CODE))
        logging = shown.pop("LoggingConfig")
        assert {"LogFormat": "Text", "LogGroup": "/aws/lambda/fn"}.items() <= logging.items()
        assert shown == {
            "Architectures": ["x86_64"],
            "Description": "",
            "EphemeralStorage": {"Size": 512},
            "FunctionArn": ARN,
            "FunctionName": "fn",
            "Handler": "app.handler",
            "MemorySize": 128,
            "PackageType": "Zip",
            "Role": ROLE,
            "Runtime": "python3.11",
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "State": "Pending",
            "StateReason": "The function is being created.",
            "StateReasonCode": "Creating",
            "Timeout": 3,
            "TracingConfig": {"Mode": "PassThrough"},
            "Version": "$LATEST",
        }

    play(scene)


def test_function_is_active_once_created_and_each_change_has_a_revision():
    async def scene(stage: Stage) -> None:
        created = await stage.create(CODE, Tags={"a": "b"})
        found = await stage.call("GetFunction", FunctionName="fn")
        changed = await stage.call("UpdateFunctionConfiguration", FunctionName="fn", Timeout=9)
        after = await stage.call("GetFunctionConfiguration", FunctionName=f"{ARN}:$LATEST")

        assert found["Configuration"]["State"] == "Active"
        assert found["Configuration"]["LastUpdateStatus"] == "Successful"
        assert found["Tags"] == {"a": "b"}
        assert (changed["State"], changed["LastUpdateStatus"]) == ("Active", "InProgress")
        assert changed["LastUpdateStatusReasonCode"] == "Creating"
        assert (after["Timeout"], after["LastUpdateStatus"]) == (9, "Successful")
        assert after["FunctionArn"] == f"{ARN}:$LATEST"
        shown = (created, found["Configuration"], changed, after)
        assert len({configuration["RevisionId"] for configuration in shown}) == 4

    play(scene)


def test_list_pages_through_functions_in_order():
    async def scene(stage: Stage) -> None:
        for name in ("c", "a", "b"):
            await stage.create(CODE, name)
        first = await stage.call("ListFunctions", MaxItems=2)
        second = await stage.call("ListFunctions", MaxItems=2, Marker=first["NextMarker"])

        assert [each["FunctionName"] for each in first["Functions"]] == ["a", "b"]
        assert [each["FunctionName"] for each in second["Functions"]] == ["c"]
        assert second["NextMarker"] is None
        assert "State" not in first["Functions"][0]

    play(scene)


def test_json_logging_brings_levels_and_text_drops_them():
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        update = {"FunctionName": "fn"}
        json = await stage.call("UpdateFunctionConfiguration", **update, LoggingConfig={"LogFormat": "JSON"})
        text = await stage.call("UpdateFunctionConfiguration", **update, LoggingConfig={"LogFormat": "Text"})

        assert json["LoggingConfig"] == {
            "ApplicationLogLevel": "INFO",
            "LogFormat": "JSON",
            "LogGroup": "/aws/lambda/fn",
            "SystemLogLevel": "INFO",
        }
        assert text["LoggingConfig"]["ApplicationLogLevel"] is None

    play(scene)


def test_tags_are_added_and_removed():
    async def scene(stage: Stage) -> None:
        await stage.create(CODE, Tags={"a": "1"})
        await stage.call("TagResource", Resource=ARN, Tags={"b": "2", "a": "3"})
        assert (await stage.call("ListTags", Resource=ARN))["Tags"] == {"a": "3", "b": "2"}
        await stage.call("UntagResource", Resource=ARN, TagKeys=["a", "z"])
        assert (await stage.call("ListTags", Resource=ARN))["Tags"] == {"b": "2"}

    play(scene)


def test_deleted_function_is_gone_and_its_name_is_free():
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        await stage.call("DeleteFunction", FunctionName="fn")
        with pytest.raises(AwsError) as refusal:
            await stage.call("GetFunction", FunctionName="fn")
        assert refusal.value.message == f"Function not found: {ARN}"
        await stage.create(CODE)
        assert await stage.result() == 1

    play(scene)


def test_interpreter_that_is_not_here_is_told_beside_the_state_and_in_the_log():
    async def scene(stage: Stage) -> None:
        await stage.create("import sys\ndef handler(e, c): return sys.version_info[1]", Runtime="python3.8")
        found = await stage.call("GetFunctionConfiguration", FunctionName="fn")
        minor = await stage.result()
        note = f"[millrace: python3.8 is not installed here; runs on python3.{minor}]"

        assert (found["Runtime"], found["Description"], found["StateReason"]) == ("python3.8", "", note)
        assert stage.lines()[1] == note + "\n"

    play(scene)


def test_dry_run_runs_nothing():
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        answer = await stage.call("Invoke", FunctionName="fn", InvocationType="DryRun")
        assert answer == {"StatusCode": 204}
        assert stage.functions.pool.environments == frozenset()

    play(scene)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (new(FunctionName="fn"), "Function already exist: fn"),
        (
            new(Role="arn:aws:iam::123456789012:role/nobody"),
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        (
            new(Runtime="python3.7"),
            "We recommend you use a supported runtime while creating or updating functions.",
        ),
        (new(Runtime="provided"), "The runtime parameter of provided is no longer supported"),
        (new(Runtime="nodejs12.x"), "The runtime parameter of nodejs12.x is no longer supported"),
        (new(Runtime="PYTHON3.12"), "Value PYTHON3.12 at 'runtime' failed to satisfy constraint"),
        (
            new(Runtime="cobol"),
            "Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum",
        ),
        (new(Timeout=901), "Member must have value less than or equal to 900"),
        (new(Code={"ZipFile": b"nonsense"}), "Could not unzip uploaded file."),
        (new(Code={}), "Please provide a source for function code."),
        (new(Code={"S3Bucket": "b", "S3Key": "k"}), "S3 Error Code: NoSuchBucket"),
        (new(PublishTo="LATEST_PUBLISHED"), "PublishTo is not supported"),
        (new(PackageType="Image"), "PackageType Image is not supported"),
        (new(Tags={str(n): "" for n in range(51)}), "Number of tags exceeds resource tag limit."),
        (
            new(Environment={"Variables": {"AWS_REGION": "x"}}),
            "Reserved keys used in this request: AWS_REGION",
        ),
        (
            new(Environment={"Variables": {"K": "x" * 4096}}),
            'exceeded the 4KB limit. String measured: {"K":"',
        ),
        (new(Environment={"Variables": {"KEY": "a\0b"}}), "contains values with null characters."),
        (new(Handler="app\0.handler"), "The Handler contains null characters"),
        (new(FunctionName="x" * 65), "Member must have length less than or equal to 64"),
    ],
)
def test_function_that_cannot_be_is_refused(params, sentence):
    code = "ResourceConflictException" if "already exist" in sentence else "InvalidParameterValueException"

    assert sentence in refused("CreateFunction", code, **params)


@pytest.mark.parametrize(
    ("operation", "code", "params", "sentence"),
    [
        (
            "UpdateFunctionConfiguration",
            "PreconditionFailedException",
            {"FunctionName": "fn", "RevisionId": "x"},
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
        ),
        (
            "DeleteFunction",
            "InvalidParameterValueException",
            {"FunctionName": "fn", "Qualifier": "$LATEST"},
            "$LATEST version cannot be deleted without deleting the function.",
        ),
        (
            "GetFunction",
            "InvalidParameterValueException",
            {"FunctionName": "fn:one", "Qualifier": "two"},
            "The derived qualifier from the function name does not match the specified qualifier.",
        ),
        (
            "GetFunction",
            "ResourceNotFoundException",
            {"FunctionName": "fn:7"},
            f"Function not found: {ARN}:7",
        ),
        (
            "GetFunction",
            "ResourceNotFoundException",
            {"FunctionName": ARN.replace("eu-west-1", "us-east-1")},
            "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')",
        ),
        ("GetFunction", "AccessDeniedException", {"FunctionName": ARN.replace("123456", "999999")}, "None"),
        (
            "GetPolicy",
            "ResourceNotFoundException",
            {"FunctionName": "fn"},
            "The resource you requested does not exist.",
        ),
    ],
)
def test_refusals_are_in_awss_words(operation, code, params, sentence):
    assert sentence == refused(operation, code, **params)


def test_a_vpc_is_shown_as_it_was_given_and_empty_when_it_is_taken_away():
    """Recorded by LocalStack's test_vpc_config."""

    async def scene(stage: Stage) -> None:
        vpc = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
        rest = {"Ipv6AllowedForDualStack": False, "VpcId": ""}
        assert (await stage.create(CODE, VpcConfig=vpc))["VpcConfig"] == {**vpc, **rest}
        none: dict[str, list[str]] = {"SubnetIds": [], "SecurityGroupIds": []}
        changed = await stage.call("UpdateFunctionConfiguration", FunctionName="fn", VpcConfig=none)
        assert changed["VpcConfig"] == {**none, **rest}

    play(scene)


def test_snap_start_is_on_in_versions_of_runtimes_that_have_it():
    async def scene(stage: Stage) -> None:
        applied = {"ApplyOn": "PublishedVersions"}
        await stage.create(CODE, Runtime="python3.12", SnapStart=applied, Publish=True)
        latest = await stage.call("GetFunctionConfiguration", FunctionName="fn")
        version = await stage.call("GetFunctionConfiguration", FunctionName="fn", Qualifier="1")
        assert latest["SnapStart"] == {**applied, "OptimizationStatus": "Off"}
        assert version["SnapStart"] == {**applied, "OptimizationStatus": "On"}
        with pytest.raises(
            AwsError, match=r"^[^:]+: nodejs22\.x is not supported for SnapStart enabled functions\.$"
        ):
            await stage.call("UpdateFunctionConfiguration", FunctionName="fn", Runtime="nodejs22.x")
        with pytest.raises(AwsError, match=r"^[^:]+: python3\.11 is not supported for SnapStart"):
            await stage.create(CODE, "other", SnapStart=applied)

    play(scene)


def test_name_that_is_none_is_refused_with_the_pattern():
    sentence = refused("GetFunction", "ValidationException", FunctionName="a b")

    assert sentence.startswith(
        "1 validation error detected: Value 'a b' at 'functionName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?"
    )


@pytest.mark.parametrize(
    "name", ["fn", "function:fn", "123456789012:function:fn", ARN, f"{ARN}:$LATEST", "fn:$LATEST"]
)
def test_function_has_many_names(name):
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        assert await stage.result(name=name) == 1

    play(scene)


def test_function_whose_role_is_gone_runs_nothing():
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        delete = role_operations(stage.identities)["DeleteRole"]
        await delete(Context(SCOPE, ROOT, "test"), {"RoleName": "runner"})
        with pytest.raises(AwsError) as refusal:
            await stage.invoke()
        assert refusal.value.code == "AccessDeniedException"

    play(scene)


def test_accesses_name_the_function_and_the_role_that_is_passed():
    assert [Access("lambda:InvokeFunction", ARN)] == accesses("Invoke", SCOPE, {"FunctionName": "fn"})
    assert [
        Access("lambda:CreateFunction", ARN),
        Access("iam:PassRole", ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
    ] == accesses("CreateFunction", SCOPE, {"FunctionName": "fn", "Role": ROLE})
    code = {"S3Bucket": "b", "S3Key": "k/x"}
    fetched = Access("s3:GetObject", "arn:aws:s3:::b/k/x")
    assert fetched in accesses("CreateFunction", SCOPE, {"FunctionName": "fn", "Role": ROLE, "Code": code})
    assert fetched in accesses("UpdateFunctionCode", SCOPE, {"FunctionName": "fn", **code})
    assert fetched in accesses("PublishLayerVersion", SCOPE, {"LayerName": "la", "Content": code})
    assert [Access("lambda:ListFunctions", "*")] == accesses("ListFunctions", SCOPE, {})
    assert [Access("lambda:ListTags", ARN)] == accesses("ListTags", SCOPE, {"Resource": ARN})


def test_accesses_name_things_in_one_way_so_that_no_denial_is_missed():
    elsewhere = ARN.replace("arn:aws:", "arn:aws-other:")
    layer = "arn:aws:lambda:eu-west-1:123456789012:layer:la"

    assert [Access("lambda:ListTags", ARN)] == accesses("ListTags", SCOPE, {"Resource": elsewhere})
    used = {"FunctionName": elsewhere, "Layers": [f"{layer}:001"]}
    assert [
        Access("lambda:UpdateFunctionConfiguration", ARN),
        Access("lambda:GetLayerVersion", f"{layer}:1"),
    ] == accesses("UpdateFunctionConfiguration", SCOPE, used)
    by_arn = accesses("GetLayerVersionByArn", SCOPE, {"Arn": f"{layer}:001"})
    assert by_arn == [Access("lambda:GetLayerVersion", f"{layer}:1")]
    with pytest.raises(AwsError, match="The resource you requested does not exist"):
        accesses("GetLayerVersionByArn", SCOPE, {"Arn": f"{layer}:1".replace("aws", "aws-other", 1)})
