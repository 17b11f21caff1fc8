"""What an answer of a function may say in the path form of its URL, where it shares an origin with everything
else on this port. Pure.

https://www.rfc-editor.org/rfc/rfc6265#section-5.2
"""

from collections.abc import Mapping

from millrace.http.message import Response

# What a function could do with these to everything else that is served on this port.
_OF_THE_ORIGIN = frozenset(
    {
        "alt-svc", "clear-site-data", "nel", "report-to", "reporting-endpoints", "service-worker-allowed",
        "strict-transport-security",
    }
)  # fmt: skip
_COOKIE = "set-cookie"
_POLICY = "content-security-policy"


def confine(response: Response, place: str, path: str) -> None:
    """Take from an answer what reaches beyond its function's URL.

    `place` is the path that leads to the URL, as clients see it and without a slash at its end; `path` what the
    function saw after it.
    """
    cookies = list(response.cookies)
    if _COOKIE in response.headers:
        cookies.append(response.headers[_COOKIE])
    response.cookies = [_scoped(cookie, place, path) for cookie in cookies]
    response.headers = _sandboxed(response.headers)


def _sandboxed(headers: Mapping[str, str]) -> dict[str, str]:
    """A page with these headers has no origin. Policies that are joined by a comma all hold."""
    kept = {name: value for name, value in headers.items() if name not in _OF_THE_ORIGIN and name != _COOKIE}
    own = headers.get(_POLICY)
    return {**kept, _POLICY: f"sandbox, {own}" if own else "sandbox"}


def _scoped(cookie: str, place: str, path: str) -> str:
    """The cookie, sent back to this URL alone: with its path below `place`, and for no other host."""
    pair, *attributes = cookie.split(";")
    below = path.rpartition("/")[0] or "/"  # what browsers take where no path is said
    kept = [pair]
    for attribute in attributes:
        name, _, value = attribute.partition("=")
        match name.strip().lower():
            case "path":
                below = value.strip() if value.strip().startswith("/") else below
            case "domain":
                pass
            case _:
                kept.append(attribute)
    return ";".join([*kept, f" Path={place}{below}"])
