"""Bodies in `aws-chunked` form: chunks that may be signed one by one, and headers that trail behind them.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from millrace.core import limits
from millrace.core.errors import AwsError

STREAMING = "STREAMING-"
_SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
_TRAILER = "-TRAILER"
_SIGNATURE = "chunk-signature="
_TRAILER_SIGNATURE = "x-amz-trailer-signature"
# What else a header may say is said before the body, and is signed with it.
_TRAILERS = ("x-amz-checksum-", _TRAILER_SIGNATURE)
_EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Chunked:
    """A body taken apart. `signed` are the chunks with their signatures, the empty last one too."""

    signed: Sequence[tuple[memoryview, str]]
    trailers: Mapping[str, str] = field(default_factory=dict[str, str])
    trailer_signature: str = ""

    @property
    def data(self) -> bytes:
        return b"".join(chunk for chunk, _ in self.signed)


def is_chunked(headers: Mapping[str, str]) -> bool:
    """Whether the body is in this form: the hash that is signed in its place says so."""
    return headers.get("x-amz-content-sha256", "").startswith(STREAMING)


def parse(body: bytes) -> Chunked:
    """Raises IncompleteBody for what is not in this form, InvalidChunkSizeError for very many small ones.

    AWS allows none but the last to be small; a few do no harm.
    """
    view, chunks, at = memoryview(body), list[tuple[memoryview, str]](), 0
    small = 0
    while True:
        end = body.find(b"\r\n", at)
        if end < 0:
            raise incomplete()
        size, _, extension = body[at:end].decode("latin-1").partition(";")
        try:
            length = int(size, 16)
        except ValueError:
            raise incomplete() from None
        start = end + 2
        signature = extension.removeprefix(_SIGNATURE) if extension.startswith(_SIGNATURE) else ""
        chunks.append((view[start : start + length], signature))
        at = start + length
        if not length:
            return _with_trailers(chunks, body[at:])
        if length < 0 or body[at : at + 2] != b"\r\n":
            raise incomplete()
        if length < limits.object_signed_chunk_bytes_min:
            small += 1
            if small > limits.object_small_chunks_max:
                raise _too_small(len(chunks), length)
        at += 2


def _with_trailers(chunks: Sequence[tuple[memoryview, str]], rest: bytes) -> Chunked:
    trailers: dict[str, str] = {}
    for line in rest.decode("latin-1").replace("\r\n", "\n").split("\n"):
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon and name.startswith(_TRAILERS):
            trailers[name] = value.strip()
    return Chunked(chunks, trailers, trailers.pop(_TRAILER_SIGNATURE, ""))


def verify(chunked: Chunked, form: str, key: bytes, stamp: str, scope: str, seed: str) -> bool:
    """Whether every chunk, and the trailer, is signed by who signed the head; `seed` is the head's signature."""
    if not form.startswith(_SIGNED):
        return True
    before = seed
    for chunk, signature in chunked.signed:
        digest = hashlib.sha256(chunk).hexdigest()
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{stamp}\n{scope}\n{before}\n{_EMPTY}\n{digest}"
        before = hmac.digest(key, text.encode(), "sha256").hex()
        if not hmac.compare_digest(before.encode(), signature.encode()):
            return False
    if not form.endswith(_TRAILER):
        return True
    lines = "".join(f"{name}:{value}\n" for name, value in chunked.trailers.items())
    digest = hashlib.sha256(lines.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256-TRAILER\n{stamp}\n{scope}\n{before}\n{digest}"
    expected = hmac.digest(key, text.encode(), "sha256").hex()
    return hmac.compare_digest(expected.encode(), chunked.trailer_signature.encode())


def _too_small(chunk: int, size: int) -> AwsError:
    return AwsError(
        "InvalidChunkSizeError",
        "Only the last chunk is allowed to have a size less than 8192 bytes",
        status=403,
        members={"Chunk": chunk, "BadChunkSize": size},
    )


def incomplete() -> AwsError:
    """The body is not as long as it says, or not in this form."""
    return AwsError(
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
        status=400,
    )
