"""The checksums that clients send with what they upload: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html.

All in base64.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence

from millrace.buckets import crc
from millrace.buckets.crc import Crc
from millrace.core.errors import AwsError

# What AWS computes of an object that comes without a checksum.
DEFAULT = "CRC64NVME"

# A checksum of all bytes, as the bytes that are told in base64.
_ALGORITHMS: Mapping[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "CRC32C": lambda data: crc.CRC32C.of(data).to_bytes(4, "big"),
    "CRC64NVME": lambda data: crc.CRC64NVME.of(data).to_bytes(8, "big"),
    "SHA1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
    "SHA512": lambda data: hashlib.sha512(data).digest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
}
_CRCS: Mapping[str, Crc] = {"CRC32": crc.CRC32, "CRC32C": crc.CRC32C, "CRC64NVME": crc.CRC64NVME}
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


def compare(sent: Mapping[str, str], computed: Mapping[str, str]) -> None:
    """Return if what was sent is what was computed. Raises BadDigest, or InvalidRequest for what can be none."""
    for name, value in sent.items():
        if not _is_digest(value, computed[name]):
            raise AwsError(
                "InvalidRequest", f"Value for x-amz-checksum-{name.lower()} header is invalid.", status=400
            )
        if value != computed[name]:
            raise AwsError(
                "BadDigest", f"The {name} you specified did not match the calculated checksum.", status=400
            )


def _is_digest(value: str, computed: str) -> bool:
    """Whether it has the form of the other one."""
    try:
        return len(base64.b64decode(value, validate=True)) == len(base64.b64decode(computed))
    except ValueError:
        return False


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
                "ExpectedDigest": given.hex(),
                "CalculatedDigest": base64.b64encode(bytes.fromhex(digest)).decode(),
            },
        )


def composite(algorithm: str, parts: Sequence[str]) -> str:
    """The checksum of a multipart upload that is one of its parts' checksums, and their number."""
    joined = b"".join(base64.b64decode(part) for part in parts)
    return f"{checksum(algorithm, joined)}-{len(parts)}"


def is_crc(algorithm: str) -> bool:
    """Whether the checksum of the whole follows from those of its parts."""
    return algorithm in _CRCS


def combined(algorithm: str, parts: Sequence[tuple[str, int]]) -> str:
    """The CRC of everything out of the CRCs and sizes of its parts, in order."""
    of_parts = [(int.from_bytes(base64.b64decode(text), "big"), size) for text, size in parts]
    kind = _CRCS[algorithm]
    return base64.b64encode(kind.combined(of_parts).to_bytes(kind.width, "big")).decode()
