"""What hangs on a table beside its items: settings that come and go with it, and its resource policy."""

from typing import Any

import orjson

from millrace.dynamodb.catalog import Table
from millrace.storage.interface import Reader, Writer
from millrace.streams import resource_policy


def get(reader: Reader, table: Table, name: str) -> Any:
    """The setting of this name, as JSON data; None if it was never made."""
    raw = reader.get(_space(table), name.encode())
    return None if raw is None else orjson.loads(raw)


def put(writer: Writer, table: Table, name: str, value: Any) -> None:
    writer.put(_space(table), name.encode(), orjson.dumps(value))


def forget(writer: Writer, table: Table) -> None:
    """The table is being deleted. Its streams keep their policies for as long as they can be read."""
    writer.drop(_space(table))
    resource_policy.forget(writer, table.arn)


def _space(table: Table) -> str:
    return f"attached/{table.id}"
