"""The checksums that clients send with what they upload: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html.

All in base64. CRC32C and CRC64NVME are in no standard library: they are computed here, long ones lane by lane
with operations on whole integers, which is some ten times faster than byte by byte.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from millrace.core.errors import AwsError

_CRC32C = 0x82F63B78
_CRC64NVME = 0x9A6C9329AC4BC9B5
_LANES = 4096

# A checksum of all bytes, as the bytes that are told in base64.
_ALGORITHMS: Mapping[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "CRC32C": lambda data: _crc(data, _CRC32C, 4),
    "CRC64NVME": lambda data: _crc(data, _CRC64NVME, 8),
    "SHA1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
    "SHA512": lambda data: hashlib.sha512(data).digest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
}
_POLYNOMIALS = {"CRC32": 0xEDB88320, "CRC32C": _CRC32C, "CRC64NVME": _CRC64NVME}
KNOWN = tuple(_ALGORITHMS)


def checksum(algorithm: str, data: bytes) -> str:
    """The checksum of this name."""
    return base64.b64encode(_ALGORITHMS[algorithm](data)).decode()


def told(params: Mapping[str, object]) -> dict[str, str]:
    """The checksums among a request's parameters, by algorithm."""
    front = "Checksum"
    names = {front + name: name for name in _ALGORITHMS}
    return {names[key]: str(value) for key, value in params.items() if key in names and value is not None}


def shown(checksums: Mapping[str, str]) -> dict[str, str]:
    """The same, as parameters again."""
    return {f"Checksum{name}": value for name, value in checksums.items()}


def verify(checksums: Mapping[str, str], data: bytes) -> None:
    """Return if all of these are those of `data`. Raises BadDigest, or InvalidRequest for what can be none."""
    for name, value in checksums.items():
        expected = checksum(name, data)
        if len(value) != len(expected):
            raise AwsError(
                "InvalidRequest", f"Value for x-amz-checksum-{name.lower()} header is invalid.", status=400
            )
        if value != expected:
            raise AwsError(
                "BadDigest", f"The {name} you specified did not match the calculated checksum.", status=400
            )


def verify_md5(sent: str, digest: str) -> None:
    """Return if a Content-MD5 header fits an MD5 in hexadecimal. Raises InvalidDigest, BadDigest."""
    try:
        given = base64.b64decode(sent, validate=True)
    except ValueError:
        given = b""
    if len(given) != 16:
        raise AwsError(
            "InvalidDigest",
            "The Content-MD5 you specified was invalid.",
            status=400,
            members={"Content-MD5": sent},
        )
    if given.hex() != digest:
        raise AwsError(
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
            status=400,
            members={
                "ExpectedDigest": sent,
                "CalculatedDigest": base64.b64encode(bytes.fromhex(digest)).decode(),
            },
        )


def composite(algorithm: str, parts: Sequence[str]) -> str:
    """The checksum of a multipart upload that is one of its parts' checksums, and their number."""
    joined = b"".join(base64.b64decode(part) for part in parts)
    return f"{checksum(algorithm, joined)}-{len(parts)}"


def is_crc(algorithm: str) -> bool:
    """Whether the checksum of the whole follows from those of its parts."""
    return algorithm in _POLYNOMIALS


def combined(algorithm: str, parts: Sequence[tuple[str, int]]) -> str:
    """The CRC of everything out of the CRCs and sizes of its parts, in order."""
    polynomial = _POLYNOMIALS[algorithm]
    width = 8 if algorithm == "CRC64NVME" else 4
    whole = 0
    for text, size in parts:
        whole = _shifted(whole, size, polynomial, width) ^ int.from_bytes(base64.b64decode(text), "big")
    return base64.b64encode(whole.to_bytes(width, "big")).decode()


@lru_cache(maxsize=4)
def _table(polynomial: int) -> tuple[int, ...]:
    rows: list[int] = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (polynomial if crc & 1 else 0)
        rows.append(crc)
    return tuple(rows)


@lru_cache(maxsize=4)
def _planes(polynomial: int, width: int) -> tuple[bytes, ...]:
    """The table by bytes: which byte of an entry, as a translation of the byte that selects it."""
    return tuple(bytes(entry >> 8 * place & 0xFF for entry in _table(polynomial)) for place in range(width))


def _crc(data: bytes, polynomial: int, width: int) -> bytes:
    """A reflected CRC that begins and ends with all bits turned."""
    ones = (1 << 8 * width) - 1
    rows = len(data) // _LANES
    crc, rest = ones, data
    if rows > 16:
        lanes = _lanes(data[: rows * _LANES], rows, polynomial, width)
        # What a lane begins with is shifted through it; the lane's own bytes were read from zero.
        for lane in lanes:
            crc = _shifted(crc, rows, polynomial, width) ^ lane
        rest = data[rows * _LANES :]
    table = _table(polynomial)
    for byte in rest:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return (crc ^ ones).to_bytes(width, "big")


def _lanes(data: bytes, rows: int, polynomial: int, width: int) -> list[int]:
    """The bare CRCs of `_LANES` stretches of `rows` bytes each, all at once: a byte of each at a time."""
    planes = _planes(polynomial, width)
    state = [0] * width
    for row in range(rows):
        selected = (state[0] ^ int.from_bytes(data[row::rows], "little")).to_bytes(_LANES, "little")
        state = [
            int.from_bytes(selected.translate(plane), "little") ^ (state[place + 1] if place + 1 < width else 0)
            for place, plane in enumerate(planes)
        ]
    columns = zip(*(part.to_bytes(_LANES, "little") for part in state), strict=True)
    return [int.from_bytes(bytes(column), "little") for column in columns]


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
        tuple(_times(columns[8 * place : 8 * place + 8], byte) for byte in range(256)) for place in range(width)
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
