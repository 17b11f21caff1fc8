"""What a message is sent to. One POST to an HTTP endpoint: no redirects, no reuse, and no longer than SNS waits."""

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from millrace.core import limits

# A number with single marks between its digits, for instance +12/34-567.890, as AWS takes it.
_PHONE_NUMBER = re.compile(r"\+?[0-9](?:[-./ ]?[0-9]){1,14}")


def is_phone_number(text: str) -> bool:
    return _PHONE_NUMBER.fullmatch(text) is not None


async def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """The HTTP status of the answer. Raises OSError (also TimeoutError) without one, and ValueError for a bad URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an address of HTTP: {url}")
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    async with asyncio.timeout(limits.topic_request_seconds_max):
        reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
        try:
            writer.write(_request(url, headers, body))
            await writer.drain()
            return _status(await reader.readline())
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _request(url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Host": host, **headers, "Content-Length": str(len(body)), "Connection": "close"}
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        sent["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def _status(line: bytes) -> int:
    words = line.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise OSError(f"not an answer of HTTP: {line[:40]!r}")
    return int(words[1])
