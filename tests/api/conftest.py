"""One server per test, so that no test sees another's tables; or one per module, where each has its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.fresh_tables import FreshTables
from tests.api.millrace_process import Millrace


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
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshTables]:
    for server in _served(Millrace(tmp_path_factory.mktemp("tables"))):
        yield FreshTables(server)


def _served(server: Millrace) -> Iterator[Millrace]:
    try:
        yield server.start()
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
