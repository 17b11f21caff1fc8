"""The vectors nearest to a given one: every one of a partition, or of the index, is compared.

A search goes over an index some entries a transaction, so that other requests get their turn. It sees changes
that are made meanwhile or does not, as AWS's searches, which are eventually consistent.
"""

import math
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from operator import itemgetter, mul
from typing import NamedTuple

from millrace.core import limits
from millrace.dynamodb.keys import partition_prefix, prefix_end
from millrace.dynamodb.values import AttributeValue
from millrace.dynamodb.vectors import index as indexes
from millrace.dynamodb.vectors.embedding import Vector
from millrace.dynamodb.vectors.entry import Stored
from millrace.dynamodb.vectors.index import VectorIndex
from millrace.storage.interface import Reader

_FLOAT_MAX = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]
# Beyond this ratio of two lengths, differences of them leave too few digits.
_RATIO_MAX = 1e4


class Hit(NamedTuple):
    """An entry that was found. `rank` is smaller the nearer it is; `score` is what AWS tells."""

    rank: float
    score: float
    entry: Stored


@dataclass(slots=True)
class Search:
    """A search on its way through an index: the nearest so far, and the bytes of all that was compared."""

    index: VectorIndex
    vector: Vector
    wanted: Mapping[str, AttributeValue]
    count: int
    hits: list[Hit] = field(default_factory=list[Hit])
    size: int = 0

    def bounds(self) -> tuple[bytes, bytes | None]:
        """The keys to go over: `low <= key < high`."""
        key = self.index.hash
        if key is None:
            return b"", None
        prefix = partition_prefix(self.wanted[key.name])
        return prefix, prefix_end(prefix)

    def compare(self, rows: Iterable[bytes]) -> None:
        """Take these entries into account."""
        score = scorer(self.index.distance, self.vector)
        sign = -1.0 if self.index.distance == indexes.DOT_PRODUCT else 1.0
        hits = self.hits
        for value in rows:
            found = Stored(value, self.index.dimensions)
            self.size += found.size
            if self._passes(found):
                told = score(found)
                hits.append(Hit(sign * told, told, found))
        # Of equal ones the first stay: entries come in the order of their keys.
        self.hits = nsmallest(self.count, hits, key=itemgetter(0))

    def _passes(self, entry: Stored) -> bool:
        key = self.index.hash
        asked = [name for name in self.wanted if key is None or name != key.name]
        if not asked:
            return True
        item = entry.item
        return all(item.get(name) == self.wanted[name] for name in asked)


def chunk(reader: Reader, space: str, low: bytes, high: bytes | None) -> list[tuple[bytes, bytes]]:
    """As many entries from `low` on as one transaction should compare; none at the end."""
    rows: list[tuple[bytes, bytes]] = []
    size = 0
    for key, value in reader.range(space, low, high, limit=limits.vector_search_entries_max):
        rows.append((key, value))
        size += len(value)
        if size >= limits.vector_search_bytes_max:
            break
    return rows


def scorer(distance: str, vector: Vector) -> Callable[[Stored], float]:
    """A function that tells an entry's score. Scores are 32-bit numbers, and never more than those can be."""
    norm = math.hypot(*vector)

    def cosine(entry: Stored) -> float:
        return _narrow(_cosine(vector, norm, entry.vector, entry.norm))

    if distance == indexes.COSINE:
        return cosine
    if distance == indexes.EUCLIDEAN:
        return lambda entry: _narrow(math.dist(vector, entry.vector))
    return lambda entry: _narrow(sum(map(mul, vector, entry.vector)))


def _cosine(one: Vector, norm: float, other: Vector, other_norm: float) -> float:
    """1 - cos: 0 for the same direction, 2 for the opposite one. What has no direction is at 1 from everything."""
    if not norm or not other_norm:
        return 1.0
    product = norm * other_norm
    if norm > _RATIO_MAX * other_norm or other_norm > _RATIO_MAX * norm:
        found = 1.0 - sum(map(mul, one, other)) / product
    else:
        # By the law of cosines: one fast function, and exact for vectors that are nearly the same.
        found = (math.dist(one, other) ** 2 - (norm - other_norm) ** 2) / (2.0 * product)
    return min(max(found, 0.0), 2.0)


def _narrow(score: float) -> float:
    bounded = min(max(score, -_FLOAT_MAX), _FLOAT_MAX)
    narrowed: float = struct.unpack("<f", struct.pack("<f", bounded))[0]
    return narrowed
