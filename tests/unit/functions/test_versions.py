"""Versions and aliases in the room alone: what is kept, what shares it, and who may run beside whom."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.unit.functions.stage import SCOPE, Stage, play, stage, zip_of

from millrace.core.context import Access
from millrace.core.errors import AwsError
from millrace.functions import catalog
from millrace.functions.aliases import Alias
from millrace.functions.names import Reference
from millrace.functions.operations import accesses
from millrace.storage.memory import MemoryStorage

SAYS = "import os\ndef handler(event, context): return [os.environ.get('S'), context.function_version]"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:fn"


@pytest.mark.parametrize(
    ("weights", "draw", "version"),
    [
        ({}, 0.0, "1"),
        ({"2": 0.25}, 0.0, "2"),
        ({"2": 0.25}, 0.2499, "2"),
        ({"2": 0.25}, 0.25, "1"),
        ({"2": 0.0}, 0.0, "1"),
        ({"2": 1.0}, 0.9999, "2"),
        ({"2": 1.0}, 1.0, "1"),  # what is asked without a draw
    ],
)
def test_an_alias_routes_by_the_draw(weights: dict[str, float], draw: float, version: str):
    alias = Alias(function="fn", name="live", version="1", revision="r", weights=weights)
    assert alias.route(draw) == version


def test_code_is_kept_as_long_as_a_version_has_it():
    async def scene(stage: Stage) -> None:
        def codes() -> Any:
            return stage.functions.storage.read(catalog.codes_in_use)

        old = (await stage.create(SAYS, Publish=True))["CodeSha256"]
        new = await stage.call("UpdateFunctionCode", FunctionName="fn", ZipFile=zip_of(SAYS + "#"))

        assert await codes() == {old, new["CodeSha256"]}
        await stage.call("DeleteFunction", FunctionName="fn", Qualifier="1")
        assert await codes() == {new["CodeSha256"]}
        await stage.call("PublishVersion", FunctionName="fn")
        await stage.call("DeleteFunction", FunctionName="fn")
        assert await codes() == set()
        await stage.create(SAYS)
        assert (await stage.call("PublishVersion", FunctionName="fn"))["Version"] == "1", "all begins anew"

    play(scene)


@pytest.mark.parametrize(
    ("change", "new"),
    [
        ({"Description": "other"}, True),
        ({"Timeout": 4}, True),
        ({"Environment": {"Variables": {"A": "b"}}}, True),
        ({"Timeout": 3}, False),
        ({"MemorySize": 128, "Description": ""}, False),
    ],
)
def test_a_version_is_new_if_a_setting_is(change: dict[str, Any], new: bool):
    async def scene(stage: Stage) -> None:
        await stage.create(SAYS, Publish=True)
        await stage.call("TagResource", Resource=ARN, Tags={"a": "b"})
        await stage.call("PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=5)
        await stage.call("UpdateFunctionConfiguration", FunctionName="fn", **change)
        again = await stage.call("PublishVersion", FunctionName="fn")
        assert again["Version"] == ("2" if new else "1")

    play(scene)


def test_all_versions_share_the_functions_concurrency():
    async def scene(stage: Stage) -> None:
        waits = "import time\ndef handler(event, context):\n    while True: time.sleep(1)"
        await stage.create(waits, Publish=True, Timeout=30)
        await stage.call("PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=1)
        running = asyncio.Event()
        first = asyncio.create_task(
            stage.functions.invoke(SCOPE, "fn", b"{}", qualifier="1", on_start=running.set)
        )
        await running.wait()
        for qualifier in ({}, {"Qualifier": "1"}):
            with pytest.raises(AwsError) as refused:
                await stage.call("Invoke", FunctionName="fn", **qualifier)
            assert refused.value.code == "TooManyRequestsException"
            assert refused.value.members["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
        await stage.call("DeleteFunction", FunctionName="fn")
        assert not first.done(), "what runs is not disturbed"
        first.cancel()

    play(scene)


def test_a_deleted_version_ends_its_environments_alone():
    async def scene(stage: Stage) -> None:
        await stage.create(SAYS, Publish=True)
        await stage.result()
        await stage.invoke(Qualifier="1")
        assert {each.setup.function.version for each in stage.functions.pool.environments} == {"$LATEST", "1"}
        await stage.call("DeleteFunction", FunctionName="fn", Qualifier="1")
        ended = [each for each in stage.functions.pool.environments if each.setup.function.version == "1"]
        for environment in ended:
            await environment.gone.wait()
        assert {each.setup.function.version for each in stage.functions.pool.environments} == {"$LATEST"}

    play(scene)


async def ready(stage: Stage) -> None:
    """Processes start by themselves here, and nobody is told."""
    while stage.functions.pool.warm(SCOPE, "fn", "1") != (1, False):
        await stage.clock.sleep(0.01)


def test_an_environment_that_is_to_be_ready_is_replaced_when_it_ends():
    async def scene(stage: Stage) -> None:
        await stage.create("import os\ndef handler(event, context): os._exit(1)", Publish=True)
        await stage.call(
            "PutProvisionedConcurrencyConfig",
            FunctionName="fn",
            Qualifier="1",
            ProvisionedConcurrentExecutions=1,
        )
        pool = stage.functions.pool
        await ready(stage)
        first = pool.environments
        await stage.invoke(Qualifier="1")
        for environment in first:
            await environment.gone.wait()
        await ready(stage)
        second = pool.environments - first
        assert [each.setup.variables["AWS_LAMBDA_INITIALIZATION_TYPE"] for each in second] == [
            "provisioned-concurrency"
        ]

    play(scene)


async def provision(stage: Stage, count: int = 1) -> None:
    config = {"FunctionName": "fn", "Qualifier": "1", "ProvisionedConcurrentExecutions": count}
    await stage.call("PutProvisionedConcurrencyConfig", **config)


@pytest.mark.parametrize("code", [{"bootstrap": "not executable"}, {"other": ""}])
def test_a_function_without_a_program_cannot_be_kept_ready(code: dict[str, str | bytes]):
    async def scene(stage: Stage) -> None:
        await stage.create(code, Runtime="provided.al2023", Publish=True)
        await provision(stage)
        while (state := await config(stage))["Status"] == "IN_PROGRESS":
            await stage.clock.sleep(0.01)
        assert (state["Status"], state["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
        assert state["AvailableProvisionedConcurrentExecutions"] == 0

    async def config(stage: Stage) -> Any:
        return await stage.call("GetProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="1")

    play(scene)


def test_environments_that_are_being_started_are_not_started_again_when_they_are_asked_for_again():
    async def scene(stage: Stage) -> None:
        await stage.create(SAYS, Publish=True)
        await provision(stage)
        await provision(stage)
        await ready(stage)
        assert len(stage.functions.pool.environments) == 1

    play(scene)


def test_an_environment_that_is_not_wanted_any_more_when_it_starts_does_not_stay():
    async def scene(stage: Stage) -> None:
        await stage.create(SAYS, Publish=True)
        await provision(stage)
        await stage.call("DeleteProvisionedConcurrencyConfig", FunctionName="fn", Qualifier="1")
        pool = stage.functions.pool
        for task in tuple(pool._reaping):
            await task
        for environment in pool.environments:
            await environment.gone.wait()
        assert pool.load(SCOPE, "fn") == (0, 0)

    play(scene)


def test_what_is_to_be_ready_is_ready_again_after_a_start(tmp_path: Path):
    async def run() -> None:
        async with MemoryStorage() as storage:
            async with stage(directory=tmp_path, storage=storage) as before:
                await before.create(SAYS, Publish=True)
                await before.call("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
                config = {"FunctionName": "fn", "Qualifier": "live", "ProvisionedConcurrentExecutions": 1}
                await before.call("PutProvisionedConcurrencyConfig", **config)
            async with stage(directory=tmp_path, storage=storage) as after:
                await after.functions.warm_up()
                await ready(after)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (
            1001,
            "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000].",
        ),
        (
            1000,
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
            "its minimum value of [100].",
        ),
        (
            33,
            "ProvisionedConcurrentExecutions of 33 is not supported: millrace keeps at most 32 environments ready, "
            "and 0 are asked for already.",
        ),
    ],
)
def test_more_than_there_is_cannot_be_provisioned(count: int, sentence: str):
    async def scene(stage: Stage) -> None:
        await stage.create(SAYS, Publish=True)
        with pytest.raises(AwsError) as refused:
            await stage.call(
                "PutProvisionedConcurrencyConfig",
                FunctionName="fn",
                Qualifier="1",
                ProvisionedConcurrentExecutions=count,
            )
        assert refused.value.message == sentence

    play(scene)


@pytest.mark.parametrize(
    ("operation", "qualifier", "code", "sentence"),
    [
        (
            "Get",
            "$LATEST",
            "InvalidParameterValueException",
            "The function resource provided must be an alias or a published version.",
        ),
        ("Get", "no", "ResourceNotFoundException", f"Cannot find alias arn: {ARN}:no"),
        ("Delete", "10", "ResourceNotFoundException", f"Function not found: {ARN}:10"),
        (
            "Get",
            "1",
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
        ),
    ],
)
def test_provisioned_concurrency_is_refused_in_awss_words(
    operation: str, qualifier: str, code: str, sentence: str
):
    async def scene(stage: Stage) -> None:
        await stage.create(SAYS, Publish=True)
        with pytest.raises(AwsError) as refused:
            await stage.call(
                f"{operation}ProvisionedConcurrencyConfig", FunctionName="fn", Qualifier=qualifier
            )
        assert (refused.value.code, refused.value.message) == (code, sentence)

    play(scene)


def test_the_mode_of_runtime_updates_is_kept_for_each_version():
    async def scene(stage: Stage) -> None:
        await stage.create(SAYS, Publish=True)
        mode = {"FunctionName": "fn", "Qualifier": "1"}
        shown = await stage.call("PutRuntimeManagementConfig", **mode, UpdateRuntimeOn="FunctionUpdate")
        assert shown == {
            "UpdateRuntimeOn": "FunctionUpdate",
            "FunctionArn": f"{ARN}:1",
            "RuntimeVersionArn": None,
        }
        assert await stage.call("GetRuntimeManagementConfig", **mode) == shown
        other = await stage.call("GetRuntimeManagementConfig", FunctionName="fn")
        assert (other["UpdateRuntimeOn"], other["FunctionArn"]) == ("Auto", ARN)
        again = await stage.call("PublishVersion", FunctionName="fn")
        assert again["Version"] == "1"

    play(scene)


def test_a_policy_is_looked_up_for_the_qualifier_that_is_called():
    async def scene(stage: Stage) -> None:
        await stage.create(SAYS, Publish=True)
        statement = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "210987654321"}
        await stage.call("AddPermission", FunctionName="fn", Qualifier="1", **statement)

        async def policy(qualifier: str) -> str | None:
            return await stage.functions.policy_of(Access("lambda:InvokeFunction", f"{ARN}{qualifier}"))

        assert f'"Resource":"{ARN}:1"' in str(await policy(":1"))
        assert await policy("") is None
        assert await policy(":$LATEST") is None

    play(scene)


def test_an_access_names_the_qualifier_where_it_counts():
    def resource(operation: str, **params: Any) -> str:
        return accesses(operation, SCOPE, {"FunctionName": "fn", "Qualifier": "live", **params})[0].resource

    assert resource("Invoke") == f"{ARN}:live"
    assert resource("GetProvisionedConcurrencyConfig") == f"{ARN}:live"
    assert resource("GetFunction") == ARN
    assert accesses("GetAccountSettings", SCOPE, {})[0].resource == "*"


def test_what_a_trigger_asks_for_is_found_by_any_qualifier():
    async def scene(stage: Stage) -> None:
        await stage.create(SAYS, Publish=True)
        await stage.call("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")

        async def version(qualifier: str | None) -> str | None:
            found = await stage.functions.storage.read(
                lambda reader: catalog.resolve(reader, SCOPE, Reference("fn", qualifier))
            )
            return found and found.version

        assert [await version(qualifier) for qualifier in (None, "$LATEST", "1", "live", "2", "no")] == [
            "$LATEST",
            "$LATEST",
            "1",
            "1",
            None,
            None,
        ]

    play(scene)
