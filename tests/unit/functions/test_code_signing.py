"""Code signing configurations, as recorded of AWS by LocalStack's TestCodeSigningConfig."""

from typing import Any

import pytest
from tests.unit.functions.stage import SCOPE, Stage, play, zip_of

from millrace.core.context import Access
from millrace.core.errors import AwsError
from millrace.functions.operations import accesses

CODE = "def handler(event, context): return 1"
OTHER = {"ZipFile": zip_of("def handler(event, context): return 2")}
PROFILE = "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/test"


async def configuration(stage: Stage, policy: str = "Enforce", **params: Any) -> dict[str, Any]:
    made = await stage.call(
        "CreateCodeSigningConfig",
        AllowedPublishers={"SigningProfileVersionArns": [PROFILE]},
        CodeSigningPolicies={"UntrustedArtifactOnDeployment": policy},
        **params,
    )
    return made["CodeSigningConfig"]


async def refused(stage: Stage, operation: str, **params: Any) -> tuple[str, str | None]:
    with pytest.raises(AwsError) as refusal:
        await stage.call(operation, **params)
    return refusal.value.code, refusal.value.message


def test_a_configuration_is_made_changed_listed_and_deleted():
    async def scene(stage: Stage) -> None:
        made = await configuration(stage, Description="Testing")
        arn, modified = made["CodeSigningConfigArn"], made.pop("LastModified")
        assert made == {
            "CodeSigningConfigId": arn.rpartition(":")[2],
            "CodeSigningConfigArn": arn,
            "Description": "Testing",
            "AllowedPublishers": {"SigningProfileVersionArns": [PROFILE]},
            "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Enforce"},
        }
        policies = {"UntrustedArtifactOnDeployment": "Warn"}
        await stage.call("UpdateCodeSigningConfig", CodeSigningConfigArn=arn, CodeSigningPolicies=policies)
        shown = (await stage.call("GetCodeSigningConfig", CodeSigningConfigArn=arn))["CodeSigningConfig"]
        assert shown == {**made, "CodeSigningPolicies": policies, "LastModified": shown["LastModified"]}
        assert shown["LastModified"] >= modified
        assert (await stage.call("ListCodeSigningConfigs"))["CodeSigningConfigs"] == [shown]
        assert await stage.call("DeleteCodeSigningConfig", CodeSigningConfigArn=arn) == {}
        assert await refused(stage, "GetCodeSigningConfig", CodeSigningConfigArn=arn) == (
            "ResourceNotFoundException",
            f"The Lambda code signing configuration {arn} can not be found.",
        )

    play(scene)


def test_lists_come_in_pages():
    async def scene(stage: Stage) -> None:
        made = sorted([(await configuration(stage))["CodeSigningConfigArn"] for _ in range(3)])
        first = await stage.call("ListCodeSigningConfigs", MaxItems=2)
        rest = await stage.call("ListCodeSigningConfigs", Marker=first["NextMarker"])
        both = first["CodeSigningConfigs"] + rest["CodeSigningConfigs"]
        assert ([each["CodeSigningConfigArn"] for each in both], rest["NextMarker"]) == (made, None)

    play(scene)


def test_a_function_has_one_or_none():
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        arn = (await configuration(stage))["CodeSigningConfigArn"]
        answer = {"CodeSigningConfigArn": arn, "FunctionName": "fn"}
        assert await stage.call("GetFunctionCodeSigningConfig", FunctionName="fn") == {}
        assert await stage.call("PutFunctionCodeSigningConfig", **answer) == answer
        assert await stage.call("GetFunctionCodeSigningConfig", FunctionName="fn") == answer
        users = await stage.call("ListFunctionsByCodeSigningConfig", CodeSigningConfigArn=arn)
        assert users["FunctionArns"] == ["arn:aws:lambda:eu-west-1:123456789012:function:fn"]
        code, _ = await refused(stage, "DeleteCodeSigningConfig", CodeSigningConfigArn=arn)
        assert code == "ResourceConflictException"
        await stage.call("DeleteFunction", FunctionName="fn")
        users = await stage.call("ListFunctionsByCodeSigningConfig", CodeSigningConfigArn=arn)
        assert users["FunctionArns"] == []

    play(scene)


def test_one_that_is_not_there_is_told_before_the_function_that_is_not():
    async def scene(stage: Stage) -> None:
        arn = (await configuration(stage))["CodeSigningConfigArn"]
        gone = arn[:-1] + "x"
        named = {"FunctionName": "nobody", "CodeSigningConfigArn": gone}
        assert await refused(stage, "PutFunctionCodeSigningConfig", **named) == (
            "CodeSigningConfigNotFoundException",
            "The code signing configuration cannot be found. "
            f"Check that the provided configuration is not deleted: {gone}.",
        )
        named["CodeSigningConfigArn"] = arn
        code, sentence = await refused(stage, "PutFunctionCodeSigningConfig", **named)
        assert (code, str(sentence)[:20]) == ("ResourceNotFoundException", "Function not found: ")

    play(scene)


def test_what_is_enforced_takes_no_new_code_and_what_warns_does():
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        arn = (await configuration(stage))["CodeSigningConfigArn"]
        await stage.call("PutFunctionCodeSigningConfig", FunctionName="fn", CodeSigningConfigArn=arn)
        assert await refused(stage, "UpdateFunctionCode", FunctionName="fn", **OTHER) == (
            "CodeVerificationFailedException",
            "Lambda cannot deploy the function. The function or layer might be signed using a signature that the "
            "client is not configured to accept. Check the provided signature for fn.",
        )
        await stage.call("UpdateFunctionConfiguration", FunctionName="fn", Timeout=9)  # brings no code
        with pytest.raises(AwsError, match="Check the provided signature for other"):
            await stage.create(CODE, "other", CodeSigningConfigArn=arn)
        policies = {"UntrustedArtifactOnDeployment": "Warn"}
        await stage.call("UpdateCodeSigningConfig", CodeSigningConfigArn=arn, CodeSigningPolicies=policies)
        await stage.call("UpdateFunctionCode", FunctionName="fn", **OTHER)
        assert await stage.result() == 2
        await stage.create(CODE, "other", CodeSigningConfigArn=arn)
        shown = await stage.call("GetFunctionCodeSigningConfig", FunctionName="other")
        assert shown["CodeSigningConfigArn"] == arn

    play(scene)


def test_configurations_have_tags_and_capacity_providers_are_not_functions():
    async def scene(stage: Stage) -> None:
        arn = (await configuration(stage, Tags={"team": "mill"}))["CodeSigningConfigArn"]
        await stage.call("TagResource", Resource=arn, Tags={"a": "b"})
        await stage.call("UntagResource", Resource=arn, TagKeys=["team"])
        assert (await stage.call("ListTags", Resource=arn))["Tags"] == {"a": "b"}
        provider = "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:big"
        assert await refused(stage, "ListTags", Resource=provider) == (
            "ResourceNotFoundException",
            f"Capacity provider not found: {provider}",
        )

    play(scene)


def test_accesses_name_the_configuration():
    arn = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-01234567890123456"
    function = "arn:aws:lambda:eu-west-1:123456789012:function:fn"
    named = {"CodeSigningConfigArn": arn, "FunctionName": "fn"}
    told = {"lambda:CodeSigningConfigArn": arn}

    assert accesses("GetCodeSigningConfig", SCOPE, named) == [Access("lambda:GetCodeSigningConfig", arn)]
    assert accesses("ListCodeSigningConfigs", SCOPE, {}) == [Access("lambda:ListCodeSigningConfigs", "*")]
    assert accesses("TagResource", SCOPE, {"Resource": arn}) == [Access("lambda:TagResource", arn)]
    action = "lambda:PutFunctionCodeSigningConfig"
    assert accesses("PutFunctionCodeSigningConfig", SCOPE, named) == [
        Access(action, function, told),
        Access(action, arn, told),
    ]
