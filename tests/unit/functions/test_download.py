"""The addresses that GetFunction gives out for a function's code."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from tests.unit.functions.stage import Stage, play, zip_of

from millrace.core.clock import ManualClock
from millrace.functions.download import RefusedError

CODE = "def handler(event, context):\n    return 1\n"


async def location(stage: Stage) -> tuple[str, str]:
    """Path and query of the address that GetFunction shows."""
    address = urlsplit((await stage.call("GetFunction", FunctionName="fn"))["Code"]["Location"])
    return address.path, address.query


def test_the_address_of_a_functions_code_gives_its_zip_file():
    async def scene(stage: Stage) -> None:
        code = zip_of(CODE)
        await stage.create(CODE, Code={"ZipFile": code})

        assert await stage.functions.downloads.fetch(*await location(stage)) == code

    play(scene)


def test_an_address_is_good_for_ten_minutes():
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        path, query = await location(stage)
        stage.clock.advance(600)
        await stage.functions.downloads.fetch(path, query)
        stage.clock.advance(1)

        with pytest.raises(RefusedError, match="expired"):
            await stage.functions.downloads.fetch(path, query)

    play(scene, ManualClock)


@pytest.mark.parametrize(
    "edit",
    [
        lambda path, query: (path, ""),
        lambda path, query: (path, query[:-1] + ("0" if query[-1] != "0" else "1")),
        lambda path, query: (path, query.replace("Expires=", "Expires=9")),
        lambda path, query: (path, query.replace("Signature=", "Signature=%C3%A9")),
        lambda path, query: (path.replace("/fn/", "/other/"), query),
        lambda path, query: (path.rpartition("/")[0] + "/../../../secret", query),
    ],
)
def test_an_edited_address_opens_nothing(edit: Callable[[str, str], tuple[str, str]]):
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        path, query = edit(*await location(stage))

        with pytest.raises(RefusedError, match="not signed"):
            await stage.functions.downloads.fetch(path, query)

    play(scene)


def test_an_address_of_code_that_was_replaced_finds_nothing():
    async def scene(stage: Stage) -> None:
        await stage.create(CODE)
        path, query = await location(stage)
        await stage.call("UpdateFunctionCode", FunctionName="fn", ZipFile=zip_of("handler = None"))

        with pytest.raises(FileNotFoundError):
            await stage.functions.downloads.fetch(path, query)

    play(scene)
