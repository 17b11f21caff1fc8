"""A request and a response, as plain data."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from millrace.core.presence import Presence


@dataclass(slots=True)
class Request:
    """One request, read to its end.

    `target` is the request line's path and query as sent; `path` and `query` are its halves, still
    percent-encoded. Header names are lower case; a header sent twice has its values joined by commas.
    `peer` is the address the connection comes from, without its port; empty where there is none. `client` tells
    whether the other end is still there.
    """

    method: str
    target: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    peer: str = ""
    client: Presence = field(default_factory=Presence, compare=False)


@dataclass(slots=True)
class Response:
    """One response. `stream`, if given, is sent instead of `body`: in chunks, unless a header tells its length.

    `cookies` are the values of Set-Cookie, the one header that cannot be joined by commas.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    stream: AsyncIterator[bytes] | None = None
    cookies: Sequence[str] = ()


Handler = Callable[[Request], Awaitable[Response]]
# The answer to a request that is not read to its end: the status that says why, and as much of it as came.
Refuse = Callable[[int, Request], Response]
