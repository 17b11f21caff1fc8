"""One server per test, so that no test sees another's tables; or one per module, where each has its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.fresh_tables import FreshTables
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace
from tests.api.raw_http import Caller


@pytest.fixture
def millrace(tmp_path: Path) -> Iterator[Millrace]:
    with Millrace(tmp_path / "data") as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Millrace]:
    """One for the whole module, which ends in good order when it is told to."""
    with Millrace(tmp_path_factory.mktemp("server") / "data") as server:
        yield server
        assert server.stop() == 0


@pytest.fixture(scope="module")
def functions(server: Millrace) -> Functions:
    return Functions(server)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshTables]:
    with Millrace(tmp_path_factory.mktemp("tables")) as server:
        yield FreshTables(server)


def under_attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Millrace]:
    """One server that takes all of a module's bad requests, so that whatever one of them broke would show in the next.

    At the end it still answers, ends in good order, and has said nothing of an error of its own.
    """
    data, errors = (tmp_path_factory.mktemp("bad") / name for name in ("data", "errors"))
    with Millrace(data, errors=errors) as server:
        yield server
        with Caller(server.port) as caller:
            assert caller.json("dynamodb", "ListTables", {}).status == 200, "the server lives on"
        assert server.stop() == 0
        assert "Traceback" not in server.errors_text()
