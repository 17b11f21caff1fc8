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
    yield from _served(Millrace(tmp_path / "data"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Millrace]:
    """One for the whole module, which ends in good order when it is told to."""
    for server in _served(Millrace(tmp_path_factory.mktemp("server") / "data")):
        yield server
        assert server.stop() == 0


@pytest.fixture(scope="module")
def functions(server: Millrace) -> Functions:
    return Functions(server)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshTables]:
    for server in _served(Millrace(tmp_path_factory.mktemp("tables"))):
        yield FreshTables(server)


def _served(server: Millrace) -> Iterator[Millrace]:
    try:
        yield server.start()
    finally:
        server.close()


def under_attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Millrace]:
    """One server that takes all of a module's bad requests, so that whatever one of them broke would show in the next.

    At the end it still answers, ends in good order, and has said nothing of an error of its own.
    """
    data, errors = (tmp_path_factory.mktemp("bad") / name for name in ("data", "errors"))
    for server in _served(Millrace(data, errors=errors)):
        yield server
        with Caller(server.port) as caller:
            assert caller.json("dynamodb", "ListTables", {}).status == 200, "the server lives on"
        assert server.stop() == 0
        assert "Traceback" not in server.errors_text()
