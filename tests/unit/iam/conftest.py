import pytest

from millrace.storage.memory import MemoryStorage
from millrace.storage.sqlite import SqliteStorage


@pytest.fixture(params=["memory", "sqlite"])
def storage(request, tmp_path):
    """A closed storage of each kind; a test opens it in its own loop."""
    return MemoryStorage() if request.param == "memory" else SqliteStorage(tmp_path / "iam", durable=False)
