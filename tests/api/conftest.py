"""One server per test, so that no test sees another's tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.millrace_process import Millrace


@pytest.fixture
def millrace(tmp_path: Path) -> Iterator[Millrace]:
    server = Millrace(tmp_path / "data").start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
