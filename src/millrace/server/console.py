"""The console: the web page at `/`, built by npm into `src/millrace/console/` and shipped with the package.

Its files hold no secrets, so they are anyone's; what the page asks for is signed as any request is. They are
read by a thread when the first of them is asked for, and kept: a server that nobody looks at reads nothing.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from millrace import __version__
from millrace.http.message import Request, Response

PREFIX = "/_millrace/console/"
DIRECTORY = Path(__file__).parents[1] / "console"

_INDEX = "index.html"
# Files in there have a hash of what they hold in their names.
_HASHED = "assets/"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
# Nothing comes from elsewhere, and no other page may show this one in a frame.
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
# The word itself, and not with a weight of zero.
_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:$|,|;(?!\s*q=0(?:\.0*)?\s*(?:$|,)))")
_HOW_TO_BUILD = (
    "There is no console in this build: `make console` (it needs Node.js) makes one, to be had at /.\n"
)


class Variant(NamedTuple):
    """What is sent of a file: as it is, or as its `.gz` has it."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class File:
    """One file of the console."""

    headers: Mapping[str, str]
    plain: Variant
    packed: Variant | None

    def answer(self, request: Request) -> Response:
        """The file, packed if the client takes that; 304 if it has it."""
        taken = self.packed if self.packed is not None and _takes_gzip(request) else None
        variant = taken or self.plain
        headers = {**self.headers, "etag": variant.etag}
        if _has(request, variant.etag):
            return Response(304, b"", headers)
        if taken is not None:
            headers["content-encoding"] = "gzip"
        return Response(200, variant.body, headers)


class Console:
    """Answers for the page and its files, which are in `directory`."""

    def __init__(self, directory: Path = DIRECTORY) -> None:
        self._directory = directory
        self._files: Mapping[str, File] = {}
        self._reading = asyncio.Lock()

    async def front(self, request: Request) -> Response:
        """What is at `/`: the page for browsers, a line of text for everyone else."""
        files = await self._all()
        if _INDEX in files and "text/html" in request.headers.get("accept", ""):
            return files[_INDEX].answer(request)
        text = f"millrace {__version__} is running. Point AWS clients at this address.\n"
        text += "Browsers find a console here.\n" if _INDEX in files else _HOW_TO_BUILD
        return Response(200, text.encode(), {"content-type": "text/plain; charset=utf-8", "vary": "accept"})

    async def file(self, request: Request) -> Response | None:
        """One of the page's files; None if there is none at this path. What is not listed cannot be had."""
        name = unquote(request.path.removeprefix(PREFIX))
        file = (await self._all()).get(name) if name != _INDEX else None
        return None if file is None else file.answer(request)

    async def _all(self) -> Mapping[str, File]:
        """Every file by its path. As long as there is no page it is looked for anew: it may be being built."""
        if not self._files:
            async with self._reading:
                self._files = self._files or await asyncio.to_thread(_read, self._directory)
        return self._files


def _read(directory: Path) -> Mapping[str, File]:
    """The files of a build; none if it has no page, or is being replaced right now."""
    try:
        found = {
            path.relative_to(directory).as_posix(): path.read_bytes()
            for path in directory.rglob("*")
            if path.is_file()
        }
    except OSError:
        return {}
    if _INDEX not in found:
        return {}
    return {
        name: _file(name, data, found.get(f"{name}.gz"))
        for name, data in found.items()
        if not name.endswith(".gz")
    }


def _file(name: str, data: bytes, packed: bytes | None) -> File:
    kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
    headers = {
        **_ALWAYS,
        "content-type": kind,
        "cache-control": _FOR_EVER if name.startswith(_HASHED) else _ASK_AGAIN,
    }
    variables = [] if packed is None else ["accept-encoding"]
    if name == _INDEX:
        headers["content-security-policy"] = _CONTENT_SECURITY_POLICY
        variables.append("accept")
    if variables:
        headers["vary"] = ", ".join(variables)
    return File(headers, _variant(data), None if packed is None else _variant(packed))


def _variant(data: bytes) -> Variant:
    return Variant(data, f'"{hashlib.sha256(data).hexdigest()[:32]}"')


def _takes_gzip(request: Request) -> bool:
    return _GZIP.search(request.headers.get("accept-encoding", "").lower()) is not None


def _has(request: Request, etag: str) -> bool:
    """If-None-Match: whether the client already has this."""
    known = request.headers.get("if-none-match")
    if known is None:
        return False
    return known.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in known.split(","))
