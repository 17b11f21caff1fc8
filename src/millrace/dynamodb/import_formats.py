"""What the objects of an import hold: lines of DynamoDB's JSON, or of CSV, maybe packed. Pure."""

import csv
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import orjson

from millrace.core import limits
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.values import Item


class NoItemError(Exception):
    """A line is no item, or an object holds none at all; the text says why."""


def unpacked(data: bytes, compression: str) -> str:
    """The text of an object. Raises NoItemError, or what `zlib` raises."""
    if compression == "GZIP":
        unpacker = zlib.decompressobj(wbits=31)
        data = unpacker.decompress(data, limits.import_object_bytes_max)
        if unpacker.unconsumed_tail:
            raise NoItemError("The object is too large.")
        if not unpacker.eof:
            raise NoItemError("The object is not in the GZIP format.")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise NoItemError("The object is not encoded in UTF-8.") from None


def items(told: Mapping[str, Any], table: Table, text: str) -> Iterator[Item | NoItemError]:
    """The items of an object's text, in order; for a line that is none, why. `told` describes the import."""
    if told["InputFormat"] == "CSV":
        yield from _csv_items(told, table, text)
        return
    for line in text.split("\n"):
        if line.strip():
            try:
                yield _json_item(line)
            except NoItemError as error:
                yield error


def _json_item(line: str) -> Item:
    try:
        told: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise NoItemError("Unable to parse the record as DynamoDB JSON.") from None
    item: Any = cast("Mapping[str, Any]", told).get("Item") if isinstance(told, dict) else None
    if not isinstance(item, dict):
        raise NoItemError("The record is not a DynamoDB JSON item.")
    found = cast("Item", item)
    if not all(_is_value(value) for value in found.values()):
        raise NoItemError("The record is not a DynamoDB JSON item.")
    return found


_FORMS: Mapping[str, type | tuple[type, ...]] = {
    "S": str, "N": str, "B": str, "BOOL": bool, "NULL": bool, "SS": list, "NS": list, "BS": list, "L": list, "M": dict,
}  # fmt: skip


def _is_value(value: Any) -> bool:
    """Whether it has the form of an attribute value: what the wire's checks see to with a request."""
    if not isinstance(value, dict) or len(cast("Mapping[str, Any]", value)) != 1:
        return False
    ((kind, content),) = cast("Mapping[str, Any]", value).items()
    if kind not in _FORMS or not isinstance(content, _FORMS[kind]):
        return False
    if kind == "M":
        return all(_is_value(each) for each in cast("Mapping[str, Any]", content).values())
    if kind == "L":
        return all(_is_value(each) for each in cast("list[Any]", content))
    return kind not in ("SS", "NS", "BS") or all(isinstance(each, str) for each in cast("list[Any]", content))


def _csv_items(told: Mapping[str, Any], table: Table, text: str) -> Iterator[Item | NoItemError]:
    """Every value is a text, but for keys, whose type the table says. Empty ones are left out."""
    given: Mapping[str, Any] = told.get("InputFormatOptions") or {}
    options: Mapping[str, Any] = given.get("Csv") or {}
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=options.get("Delimiter") or ",")
    header: Sequence[str] | None = options.get("HeaderList")
    try:
        for row in rows:
            if header is None:
                header = row
            elif row:
                yield _csv_item(table, header, row)
    except csv.Error as error:
        yield NoItemError(f"Unable to parse the record as CSV: {error}.")


def _csv_item(table: Table, header: Sequence[str], row: Sequence[str]) -> Item | NoItemError:
    if len(row) > len(header):
        return NoItemError("The record has more values than the header has names.")
    named = dict(zip(header, row, strict=False))
    return {name: {table.definitions.get(name, "S"): value} for name, value in named.items() if value}
