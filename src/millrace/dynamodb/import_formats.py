"""What the objects of an import hold: lines of DynamoDB's JSON, or of CSV, maybe packed. Pure.

An object comes piece by piece and is never held whole: `Unpacker` makes pieces of text of it, `JsonItems` and
`CsvItems` items of those.
"""

import codecs
import csv
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

import orjson

from millrace.core import limits
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.values import Item

_CSV_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r(?!$))")
_TOO_LONG = "The record is too large."


class NoItemError(Exception):
    """A line is no item, or an object can be read no further; the text says why."""


class Unpacker:
    """Makes text of an object's bytes, as they come: unpacked, if they are packed, and decoded."""

    def __init__(self, compression: str) -> None:
        self._gzip = zlib.decompressobj(wbits=31) if compression == "GZIP" else None
        self._text = codecs.getincrementaldecoder("utf-8")()
        self._left = b""

    def texts(self, data: bytes) -> Iterator[str]:
        """The text of some more bytes, in pieces of bounded length. Raises NoItemError."""
        while data:
            yield self._decoded(self._next(data), final=False)
            data = self._left

    def end(self) -> None:
        """Return if the object is whole. Raises NoItemError."""
        if self._gzip is not None and not self._gzip.eof:
            raise NoItemError("The object is not in the GZIP format.")
        self._decoded(b"", final=True)

    def _next(self, data: bytes) -> bytes:
        """What comes of the first of these bytes; the others are `_left`."""
        if self._gzip is None:
            self._left = b""
            return data
        if self._gzip.eof:  # files that are packed one by one may be joined
            self._gzip = zlib.decompressobj(wbits=31)
        try:
            piece = self._gzip.decompress(data, limits.import_piece_bytes)
        except zlib.error as error:
            raise NoItemError(str(error)) from None
        self._left = self._gzip.unused_data if self._gzip.eof else self._gzip.unconsumed_tail
        return piece

    def _decoded(self, data: bytes, *, final: bool) -> str:
        try:
            return self._text.decode(data, final)
        except UnicodeDecodeError:
            raise NoItemError("The object is not encoded in UTF-8.") from None


class Items(Protocol):
    """Makes items of an object's text, as it comes."""

    def of(self, text: str, *, last: bool) -> Iterator[Item | NoItemError]:
        """The items that end in some more text, in order; for a line that is none, why. Raises NoItemError."""
        ...


def items(told: Mapping[str, Any], table: Table) -> Items:
    """For one object of an import, which `told` describes."""
    return CsvItems(told, table) if told["InputFormat"] == "CSV" else JsonItems()


class JsonItems:
    """One item a line."""

    def __init__(self) -> None:
        self._begun = ""

    def of(self, text: str, *, last: bool) -> Iterator[Item | NoItemError]:
        lines = (self._begun + text).split("\n")
        self._begun = "" if last else lines.pop()
        for line in lines:
            if line.strip():
                try:
                    yield _json_item(line)
                except NoItemError as error:
                    yield error
        if len(self._begun) > limits.import_record_characters_max:
            raise NoItemError(_TOO_LONG)


class _MoreError(Exception):
    """A record goes on in text that has not come yet."""


class CsvItems:
    """Every value is a text, but for keys, whose type the table says. Empty ones are left out."""

    def __init__(self, told: Mapping[str, Any], table: Table) -> None:
        given: Mapping[str, Any] = told.get("InputFormatOptions") or {}
        options: Mapping[str, Any] = given.get("Csv") or {}
        self._table = table
        self._header: Sequence[str] | None = options.get("HeaderList")
        self._begun = ""
        self._last = False
        self._lines: list[str] = []
        self._at = 0
        self._delimiter: str = options.get("Delimiter") or ","

    def of(self, text: str, *, last: bool) -> Iterator[Item | NoItemError]:
        text = self._begun + text
        found = _CSV_LINE.findall(text)
        rest = text[sum(map(len, found)) :]
        self._begun, self._last = ("", True) if last else (rest, False)
        self._lines += [*found, rest] if last and rest else found
        yield from self._records()
        if len(self._begun) + sum(map(len, self._lines)) > limits.import_record_characters_max:
            raise NoItemError(_TOO_LONG)

    def _records(self) -> Iterator[Item | NoItemError]:
        rows = csv.reader(self._feed(), delimiter=self._delimiter)
        while True:
            try:
                row = next(rows)
            except (_MoreError, StopIteration):
                return  # the lines of a record that has only begun are read again
            except csv.Error as error:
                raise NoItemError(f"Unable to parse the record as CSV: {error}.") from None
            del self._lines[: self._at]
            self._at = 0
            if self._header is None:
                self._header = row
            elif row:
                yield _csv_item(self._table, self._header, row)

    def _feed(self) -> Iterator[str]:
        self._at = 0
        while True:
            while self._at < len(self._lines):
                self._at += 1
                yield self._lines[self._at - 1]
            if self._last:
                return
            raise _MoreError


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


def _csv_item(table: Table, header: Sequence[str], row: Sequence[str]) -> Item | NoItemError:
    if len(row) > len(header):
        return NoItemError("The record has more values than the header has names.")
    named = dict(zip(header, row, strict=False))
    return {name: {table.definitions.get(name, "S"): value} for name, value in named.items() if value}
