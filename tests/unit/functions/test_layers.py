"""Layers: what functions find of them, how long their files stay, and what AWS says of wrong ones."""

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.unit.functions.stage import SCOPE, Stage, play, stage, zip_of, zip_of_programs

from millrace.core import limits
from millrace.core.errors import AwsError

ARN = "arn:aws:lambda:eu-west-1:123456789012:layer"


async def publish(stage: Stage, name: str, files: Mapping[str, str | bytes], **params: Any) -> str:
    answer = await stage.call(
        "PublishLayerVersion", LayerName=name, Content={"ZipFile": zip_of(files)}, **params
    )
    return answer["LayerVersionArn"]


def files_of(stage: Stage) -> list[str]:
    """The zip files that are kept."""
    return sorted(path.name for path in (stage.functions._directory / "zips").iterdir())


def test_the_later_layer_lies_over_the_earlier():
    code = """
import lay, other, subprocess
def handler(e, c):
    return [lay.X, other.X, lay.__file__ == other.__file__.replace("other", "lay"), subprocess.check_output("tool").decode()]
"""

    async def scene(stage: Stage) -> None:
        tool = await stage.call(
            "PublishLayerVersion",
            LayerName="tool",
            Content={"ZipFile": zip_of_programs({"bin/tool": "#!/bin/sh\necho here"})},
        )
        low = await publish(stage, "low", {"python/lay.py": "X = 1", "python/other.py": "X = 1"})
        high = await publish(stage, "high", {"python/lay.py": "X = 2"})
        await stage.create(code, Layers=[low, tool["LayerVersionArn"], high])

        assert await stage.result() == [2, 1, True, "here\n"]

    play(scene)


def test_a_folder_may_lie_over_a_file_and_a_file_over_a_folder():
    code = "import a, os\ndef handler(e, c): return sorted(os.listdir(os.path.dirname(a.__file__)))"

    async def scene(stage: Stage) -> None:
        low = await publish(stage, "low", {"python/a.py": "", "python/x": "file", "python/y/z": "file"})
        high = await publish(stage, "high", {"python/x/z": "file", "python/y": "file"})
        await stage.create(code, Layers=[low, high])

        assert await stage.result() == ["a.py", "x", "y"]

    play(scene)


def test_python_finds_its_versions_folder_before_the_common_one_and_code_before_both():
    own = "python/lib/python3.11/site-packages"

    async def scene(stage: Stage) -> None:
        files = {
            f"{own}/a.py": "X = 'own'",
            "python/a.py": "X = 'any'",
            "python/b.py": "X = 'any'",
            "python/app2.py": "1/0",
        }
        layer = await publish(stage, "one", files)
        code = "import a, b, app2\ndef handler(e, c): return [a.X, b.X, app2.X]"
        await stage.create({"app.py": code, "app2.py": "X = 'code'"}, Layers=[layer])

        assert await stage.result() == ["own", "any", "code"]

    play(scene)


def test_node_finds_modules_of_layers():
    async def scene(stage: Stage) -> None:
        files = {
            "nodejs/node20/node_modules/a.js": "module.exports = 20",
            "nodejs/node_modules/b/index.js": "module.exports = 1",
        }
        layer = await publish(stage, "one", files)
        code = "exports.handler = async () => [require('a'), require('b')]"
        await stage.create({"index.js": code}, Runtime="nodejs20.x", Handler="index.handler", Layers=[layer])

        assert await stage.result() == [20, 1]

    play(scene)


def test_a_deleted_version_stays_with_its_functions_over_a_restart_and_no_longer(tmp_path: Path):
    code = "import lay\ndef handler(e, c): return lay.X"

    async def run() -> None:
        async with stage(directory=tmp_path) as made:
            layer = await publish(made, "one", {"python/lay.py": "X = 1"})
            await made.create(code, Layers=[layer])
            kept = files_of(made)
            assert len(kept) == 2
            await made.call("DeleteLayerVersion", LayerName="one", VersionNumber=1)
            assert (await made.call("ListLayerVersions", LayerName="one"))["LayerVersions"] == []
            assert files_of(made) == kept
            assert await made.result() == 1
            answer = await made.call("UpdateFunctionConfiguration", FunctionName="fn", Timeout=5)
            assert [layer["Arn"] for layer in answer["Layers"]] == [f"{ARN}:one:1"]
            await made.functions.sweep_code()
            assert await made.result() == 1
            await made.call("UpdateFunctionConfiguration", FunctionName="fn", Layers=[])
            for environment in made.functions.pool.environments:
                await environment.gone.wait()
            await made.functions.sweep_code()
            assert len(files_of(made)) == 1
            assert await publish(made, "one", {"python/lay.py": "X = 2"}) == f"{ARN}:one:2"

    asyncio.run(run())


def test_what_a_function_has_is_shown():
    async def scene(stage: Stage) -> None:
        layer = await publish(stage, "one", {"a": "x"})
        size = len(zip_of({"a": "x"}))
        shown = [{"Arn": layer, "CodeSize": size}]
        assert (await stage.create("", Layers=[layer]))["Layers"] == shown
        assert (await stage.call("GetFunction", FunctionName="fn"))["Configuration"]["Layers"] == shown
        assert (await stage.call("ListFunctions"))["Functions"][0]["Layers"] == shown
        changed = await stage.call("UpdateFunctionConfiguration", FunctionName="fn", Layers=[])
        assert changed["Layers"] is None

    play(scene)


ONE, TWO = f"{ARN}:one:1", f"{ARN}:one:2"
SAME = (
    "Two different versions of the same layer are not allowed to be referenced in the same function. "
    "{} and {} are versions of the same layer."
)


@pytest.mark.parametrize(
    ("arns", "message"),
    [
        ([ONE] * 6, "Cannot reference more than 5 layers."),
        ([ONE, TWO], SAME.format(ONE, TWO)),
        ([ONE, ONE], SAME.format(ONE, ONE)),
        ([f"{ARN}:one:9"], f"Layer version {ARN}:one:9 does not exist."),
        ([f"{ARN}:none:1"], f"Layer version {ARN}:none:1 does not exist."),
        (
            [ONE.replace("eu-west-1", "us-east-1")],
            "Layers are not in the same region as the function. Layers are expected to be in region eu-west-1.",
        ),
    ],
)
def test_layers_that_a_function_cannot_have_are_refused(arns: list[str], message: str):
    async def scene(stage: Stage) -> None:
        for text in "ab":
            await publish(stage, "one", {"a": text})
        with pytest.raises(AwsError) as caught:
            await stage.create("", Layers=arns)
        assert (caught.value.code, caught.value.message) == ("InvalidParameterValueException", message)

    play(scene)


def test_a_layer_of_another_account_that_is_not_here_may_not_be_used():
    there = f"arn:aws:lambda:{SCOPE.region}:017000801446:layer:Powertools:7"

    async def scene(stage: Stage) -> None:
        with pytest.raises(
            AwsError, match=f"not authorized to perform: lambda:GetLayerVersion on resource: {there}"
        ):
            await stage.create("", Layers=[there])

    play(scene)


def test_code_and_layers_together_have_a_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "function_unzipped_bytes_max", 1000)

    async def scene(stage: Stage) -> None:
        layers = [await publish(stage, name, {"a": "x" * 600}) for name in ("one", "two")]
        with pytest.raises(AwsError, match="Layers consume more than the available size of 1000 bytes"):
            await stage.create("", Layers=layers)
        combined = "Function code combined with layers exceeds the maximum allowed size of 1000 bytes. The actual size is 1100 bytes."
        with pytest.raises(AwsError, match=combined):
            await stage.create("#" * 500, Layers=layers[:1])
        await stage.create("#" * 300, Layers=layers[:1])
        with pytest.raises(AwsError, match=combined):
            await stage.call("UpdateFunctionCode", FunctionName="fn", ZipFile=zip_of("#" * 500))
        with pytest.raises(AwsError, match="Layers consume more"):
            await stage.call("UpdateFunctionConfiguration", FunctionName="fn", Layers=layers)

    play(scene)


@pytest.mark.parametrize("text", ["²", "9" * 5_000, "x"])
def test_a_marker_that_is_no_number_is_refused(text: str):
    async def scene(stage: Stage) -> None:
        marker = base64.b64encode(text.encode()).decode()
        with pytest.raises(AwsError, match="Invalid marker"):
            await stage.call("ListLayerVersions", LayerName="a", Marker=marker)

    play(scene)


@pytest.mark.parametrize("place", ["eu-west-1:999999999999", "us-east-1:123456789012"])
def test_a_layer_is_not_published_as_one_of_somewhere_else(place: str):
    async def scene(stage: Stage) -> None:
        with pytest.raises(AwsError, match="the caller's own account and region"):
            await publish(stage, f"arn:aws:lambda:{place}:layer:la", {"a": ""})

    play(scene)


def test_lists_are_paged_and_tell_the_newest_version_that_fits():
    async def scene(stage: Stage) -> None:
        for name in ("b", "a", "c"):
            await publish(stage, name, {"x": name}, CompatibleRuntimes=["python3.12"])
        await publish(stage, "a", {"x": "2"}, CompatibleArchitectures=["arm64"])
        first = await stage.call("ListLayers", MaxItems=2)
        rest = await stage.call("ListLayers", MaxItems=2, Marker=first["NextMarker"])
        listed = [*first["Layers"], *rest["Layers"]]
        assert [one["LayerArn"] for one in listed] == [f"{ARN}:{name}" for name in "abc"]
        assert [one["LatestMatchingVersion"]["Version"] for one in listed] == [2, 1, 1]
        assert rest["NextMarker"] is None
        fitting = await stage.call("ListLayers", CompatibleRuntime="python3.12")
        assert [one["LatestMatchingVersion"]["Version"] for one in fitting["Layers"]] == [1, 1, 1]
        newest = await stage.call("ListLayerVersions", LayerName="a", MaxItems=1)
        older = await stage.call("ListLayerVersions", LayerName="a", MaxItems=1, Marker=newest["NextMarker"])
        assert [page["LayerVersions"][0]["Version"] for page in (newest, older)] == [2, 1]
        assert older["NextMarker"] is None

    play(scene)
