"""DynamoDB's AttributeValue, left in wire form: only its JSON types are checked, and binary text is base64.

This runs for every attribute of every item, so it changes values in place and only where it must: a null
or unknown member is taken out, a text for a boolean becomes one, and what is far below the levels that DynamoDB allows is
emptied. The dynamodb room refuses such a value when its turn comes. What an AttributeValue may mean (one
member, number syntax, sets without duplicates) is for the dynamodb room.
"""

import binascii
from collections.abc import Callable
from typing import Any, cast

from millrace.core import limits
from millrace.wire.mismatch import Place, Sentences

_BOOLEANS = {"TRUE": True, "1": True, "YES": True, "FALSE": False, "0": False, "NO": False}
_NAME = "AttributeValue"


def converter(sentences: Sentences, place: Place) -> Callable[[Any], Any]:
    """The converter for one AttributeValue."""
    checker = _Checker(sentences)

    def convert(value: Any) -> Any:
        checker.value(value, place, 0)
        return value

    return convert


def map_converter(sentences: Sentences, place: Place) -> Callable[[Any], Any]:
    """The converter for a map of AttributeValues: an item, a key, expression values."""
    checker = _Checker(sentences)

    def convert(value: Any) -> Any:
        checker.map(value, place, 0)
        return value

    return convert


class _Checker:
    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences
        self._holds = f"com.amazonaws.dynamodb.v20120810.{_NAME}"

    def map(self, value: Any, place: Place, depth: int) -> None:
        items: dict[str, dict[str, Any] | None] = value
        if type(value) is not dict:
            raise self._sentences.map(self._holds, value, place)
        for name, item in items.items():
            # Most values are one text or number: told at once, because every attribute of every item comes by.
            if type(item) is dict and len(item) == 1 and type(item.get("S") or item.get("N")) is str:
                continue
            if item is None:
                items[name] = {}  # An empty AttributeValue, which has an error of its own.
            else:
                self.value(item, Place.ELEMENT, depth)

    def value(self, value: Any, place: Place, depth: int) -> None:
        members: dict[str, Any] = value
        if type(value) is not dict:
            raise self._sentences.structure(_NAME, value, place)
        if len(members) != 1 or not self._is_right(members, depth):
            self._members(members, depth)

    def _is_right(self, value: dict[str, Any], depth: int) -> bool:
        """Whether the one member has its JSON type and nothing must change: so it nearly always is."""
        [(tag, payload)] = value.items()
        kind = cast("type[object]", type(payload))
        if kind is str:
            return tag == "S" or tag == "N"  # noqa: PLR1714 - the fastest form
        if kind is bool:
            return tag in ("BOOL", "NULL")
        if kind is dict and tag == "M":
            if depth < limits.attribute_value_levels_max:
                self.map(payload, Place.FIELD, depth + 1)
            else:
                value[tag] = {}
            return True
        if kind is list and tag == "L":
            if depth < limits.attribute_value_levels_max:
                self._list(payload, depth + 1)
            else:
                value[tag] = []
            return True
        return kind is list and tag in ("SS", "NS") and all(type(item) is str for item in payload)

    def _members(self, value: dict[str, Any], depth: int) -> None:
        for tag, payload in list(value.items()):
            if payload is None or tag not in _MEMBERS:
                del value[tag]
                continue
            match tag:
                case "S" | "N":
                    self._text(payload)
                case "B":
                    self._binary(payload)
                case "BOOL" | "NULL":
                    value[tag] = self._boolean(payload)
                case "SS" | "NS" | "BS":
                    self._set(payload, self._binary if tag == "BS" else self._text)
                case _ if depth >= limits.attribute_value_levels_max:
                    value[tag] = type(payload)()
                case "M":
                    self.map(payload, Place.FIELD, depth + 1)
                case _:
                    self._list(payload, depth + 1)

    def _text(self, payload: Any) -> None:
        if type(payload) is not str:
            raise self._sentences.scalar("String", payload)

    def _binary(self, payload: Any) -> None:
        if type(payload) is not str or not _is_base64(payload):
            raise self._sentences.blob(payload)

    def _boolean(self, payload: Any) -> bool:
        if type(payload) is bool:
            return payload
        if type(payload) is str and (said := _BOOLEANS.get(payload.upper())) is not None:
            return said
        raise self._sentences.scalar("Boolean", payload)

    def _set(self, payload: Any, element: Callable[[Any], None]) -> None:
        items: list[Any] = payload
        if type(payload) is not list:
            raise self._sentences.list(payload, Place.FIELD)
        for item in items:
            element(item)

    def _list(self, payload: Any, depth: int) -> None:
        items: list[Any] = payload
        if type(payload) is not list:
            raise self._sentences.list(payload, Place.FIELD)
        for index, item in enumerate(items):
            if item is None:
                items[index] = {}
            else:
                self.value(item, Place.ELEMENT, depth)


_MEMBERS = frozenset({"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "M", "L"})


def _is_base64(text: str) -> bool:
    """Whether this is base64 that its bytes would be written as: padded, with no bits to spare."""
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return False
    return binascii.b2a_base64(raw, newline=False) == text.encode()
