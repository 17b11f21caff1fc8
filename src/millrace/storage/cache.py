"""Values that were asked for lately, as of the newest durable commit.

This process is the only writer, so it knows every change: a value here is never out of date. Two generations
stand in for an exact order of use: when the young one is full it becomes the old one, and the old one goes.
"""

from typing import Final

Key = tuple[int, bytes]


class Unknown:
    """Not in the cache: neither a value nor the knowledge that there is none."""


unknown: Final = Unknown()

_entry_overhead_bytes = 200  # two tuples, a number and the places in the dict


class ValueCache:
    """Up to about `bytes_max` of values by space number and key. A number never means another space later."""

    def __init__(self, bytes_max: int) -> None:
        self._room_max = bytes_max // 2
        self._value_bytes_max = bytes_max // 64
        self._room = self._room_max
        self._young: dict[Key, bytes | None] = {}
        self._old: dict[Key, bytes | None] = {}

    def get(self, key: Key) -> bytes | Unknown | None:
        """The value, None if it is known that there is none, or `unknown`."""
        value = self._young.get(key, unknown)
        if value is unknown and self._old:
            value = self._old.pop(key, unknown)
            if not isinstance(value, Unknown):
                self.add(key, value)
        return value

    def add(self, key: Key, value: bytes | None) -> None:
        """Remember what the database said."""
        size = len(value) if value is not None else 0
        if size > self._value_bytes_max:
            return
        self._room -= size + len(key[1]) + _entry_overhead_bytes
        if self._room < 0:
            self._old, self._young = self._young, {}
            self._room = self._room_max
        self._young[key] = value

    def replace(self, key: Key, value: bytes | None) -> None:
        """It was changed: what is written now is often read or written again soon."""
        if self._old:
            self._old.pop(key, None)
        if value is not None and len(value) > self._value_bytes_max:
            self._young.pop(key, None)
        else:
            self.add(key, value)

    def clear(self) -> None:
        self._young = {}
        self._old = {}
        self._room = self._room_max
