"""dynamodb-admin, the web page that many point at their local tables."""

import json
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.millrace_process import Millrace
from tests.clients.javascript_program import HERE, environment


class Admin:
    """A running dynamodb-admin; its pages and what they call."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def ask(self, path: str, body: object = None, method: str = "GET") -> str:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()

    def rows(self, table: str, **query: Any) -> list[dict[str, Any]]:
        asked = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in query.items()
        }
        return json.loads(self.ask(f"/tables/{table}/items?{urllib.parse.urlencode(asked)}"))["Items"]


@pytest.fixture
def admin(millrace: Millrace) -> Iterator[Admin]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = HERE / "node_modules/.bin/dynamodb-admin"
    command = [str(program), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=environment(millrace), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "listening" in line:
                break
        yield Admin(port)
        process.terminate()


def test_dynamodb_admin_works_unmodified(admin: Admin):
    definition = {
        "TableName": "plays",
        "HashAttributeName": "player",
        "HashAttributeType": "S",
        "RangeAttributeName": "number",
        "RangeAttributeType": "N",
        "ReadCapacityUnits": 3,
        "WriteCapacityUnits": 3,
    }
    index = {
        "IndexName": "by-level",
        "IndexType": "global",
        "HashAttributeName": "level",
        "HashAttributeType": "N",
        "ReadCapacityUnits": 3,
        "WriteCapacityUnits": 3,
    }
    admin.ask("/create-table", {"TableDefinition": definition, "SecondaryIndexes": [index]}, "POST")
    assert "plays" in admin.ask("/")

    for number in range(30):
        play = {"player": "ann", "number": number, "level": number % 3, "scores": [1, {"deep": True}]}
        assert json.loads(admin.ask("/tables/plays/add-item", play, "PUT")) == {
            "player": "ann",
            "number": number,
        }
    assert "ann" in admin.ask("/tables/plays/items/ann,7")
    changed = json.loads(
        admin.ask("/tables/plays/items/ann,7", {"player": "ann", "number": 7, "level": 9}, "PUT")
    )
    assert changed == {"player": "ann", "number": 7, "level": 9}

    assert len(admin.rows("plays")) == 25
    assert len(admin.rows("plays", pageSize="100")) == 30
    low = {"level": {"operator": "=", "type": "N", "value": 9}}
    assert [row["number"] for row in admin.rows("plays", filters=low)] == [7]
    indexed = admin.rows("plays", filters=low, operationType="query", queryableSelection="by-level")
    assert [row["number"] for row in indexed] == [7]
    assert "by-level" in admin.ask("/tables/plays/meta")
    assert "DISABLED" in admin.ask("/tables/plays/ttl")

    admin.ask("/tables/plays/items/ann,7", method="DELETE")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        admin.ask("/tables/plays/items/ann,7")
    admin.ask("/tables/plays/all", method="DELETE")
    assert admin.rows("plays") == []
    admin.ask("/tables/plays", method="DELETE")
    assert json.loads(admin.ask("/api/tables")) == []
