"""Keep web pages of other sites away from a server that trusts its own machine.

Without `--auth` anyone on this machine may call. A browser on this machine runs foreign pages, so a request
that a page of another origin sent, or that reached loopback under a foreign name (DNS rebinding), is refused.
"""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit


@lru_cache(maxsize=256)
def is_local_name(host: str) -> bool:
    """Whether a Host header (with or without a port) names this machine to itself."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:  # brackets that enclose no address
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def is_foreign_fetch(headers: Mapping[str, str]) -> bool:
    """Whether a page that is not ours had a browser ask for this, be it only as a picture, which tells no origin.

    https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    """
    return headers.get("sec-fetch-site") in ("cross-site", "same-site")


def is_foreign(headers: Mapping[str, str], *, closed: bool) -> bool:
    """Whether a browser sent this for a page that is not ours."""
    host = headers.get("host", "")
    origin = headers.get("origin")
    if origin is not None and _authority(origin) != host:
        return True
    return not closed and host != "" and not is_local_name(host)
