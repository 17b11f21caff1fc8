"""Reflected CRCs that begin and end with all bits turned: CRC32C and CRC64NVME are in no standard library.

Long data is folded first. Some power of x is, modulo the CRC's polynomial, a sum of few powers far below it; so the
first bits of a message can be added some places further back, and taken away in front, and the CRC stays the same.
Squaring doubles these distances, so each fold takes off a third of what there is, with a few operations on
integers as long as the data. Only a few kilobytes are left for the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# As much as the processor has at hand.
_BLOCK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Crc:
    """One CRC: its polynomial, reflected, its width in bytes, and the distances that a bit may be added at instead.

    That is, any high power of x is the sum of those that are so much lower. They are in order, and were found by
    looking for few powers of x that add up to nothing.
    """

    polynomial: int
    width: int
    distances: Sequence[int]

    @property
    def ones(self) -> int:
        return (1 << 8 * self.width) - 1

    def of(self, data: bytes) -> int:
        """The CRC of all bytes."""
        blocks = [data[at : at + _BLOCK_BYTES] for at in range(0, len(data), _BLOCK_BYTES)]
        return self.combined([(self._of_block(block), len(block)) for block in blocks])

    def _of_block(self, data: bytes) -> int:
        if len(data) < self.width:  # too few to be turned before they are folded
            return _rest(data, self.polynomial, self.ones) ^ self.ones
        bits = int.from_bytes(data, "little") ^ self.ones
        return _rest(_folded(bits, 8 * len(data), self.distances), self.polynomial) ^ self.ones

    def combined(self, parts: Sequence[tuple[int, int]]) -> int:
        """The CRC of everything out of the CRCs and sizes of its parts, in order."""
        whole = 0
        for crc, size in parts:
            whole = _shifted(whole, size, self.polynomial, self.width) ^ crc
        return whole


CRC32 = Crc(0xEDB88320, 4, (163, 197, 214, 252, 307))
CRC32C = Crc(0x82F63B78, 4, (260, 261, 266, 379, 437))
CRC64NVME = Crc(0x9A6C9329AC4BC9B5, 8, (8811, 9639, 10711, 10806, 12571, 13297, 14600, 15178))


def _folded(bits: int, size: int, distances: Sequence[int]) -> bytes:
    """Fewer bytes that have the same bare CRC as so many bits."""
    reach = distances[0] + distances[-1]
    while size >= reach:
        factor = 1 << (size // reach).bit_length() - 1
        step = factor * distances[0]
        front = bits & ((1 << step) - 1)
        bits >>= step
        size -= step
        for distance in distances:
            bits ^= front << factor * distance - step
    missing = -size % 8
    return (bits << missing).to_bytes((size + missing) // 8, "little")


def _rest(data: bytes, polynomial: int, crc: int = 0) -> int:
    table = _table(polynomial)
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


@lru_cache(maxsize=4)
def _table(polynomial: int) -> tuple[int, ...]:
    rows: list[int] = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (polynomial if crc & 1 else 0)
        rows.append(crc)
    return tuple(rows)


def _shifted(crc: int, size: int, polynomial: int, width: int) -> int:
    """A bare CRC after so many zero bytes."""
    operator = _zeros(size, polynomial, width)
    result = 0
    place = 0
    while crc:
        result ^= operator[place][crc & 0xFF]
        crc >>= 8
        place += 1
    return result


@lru_cache(maxsize=64)
def _zeros(size: int, polynomial: int, width: int) -> tuple[tuple[int, ...], ...]:
    """What so many zero bytes make of each byte of a CRC. It is linear, so squares of it do for any size."""
    table = _table(polynomial)
    columns = [1 << bit for bit in range(8 * width)]
    power = [bit >> 8 ^ table[bit & 0xFF] for bit in columns]
    while size:
        if size & 1:
            columns = [_times(power, column) for column in columns]
        power = [_times(power, column) for column in power]
        size >>= 1
    return tuple(
        tuple(_times(columns[8 * place : 8 * place + 8], byte) for byte in range(256))
        for place in range(width)
    )


def _times(matrix: Sequence[int], vector: int) -> int:
    result = 0
    for column in matrix:
        if vector & 1:
            result ^= column
        vector >>= 1
        if not vector:
            break
    return result
