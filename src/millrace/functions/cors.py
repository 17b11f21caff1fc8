"""What a function URL's CORS settings let web pages of other origins do. Pure.

https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors. Where settings are there,
the service answers preflight requests by itself, and its headers replace those of the function.
"""

from collections.abc import Mapping, Sequence
from typing import Any

ANY = "*"
_PREFIX = "access-control-"


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser only asks what it may."""
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def preflight(cors: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of the answer to a preflight request; without permissions if the origin has none."""
    found = _origin(cors, headers.get("origin"))
    if "access-control-allow-origin" not in found:
        return found
    credentials = bool(cors.get("AllowCredentials"))
    methods = _listed(cors.get("AllowMethods"), headers["access-control-request-method"], exact=credentials)
    asked = headers.get("access-control-request-headers", "")
    names = _listed(cors.get("AllowHeaders"), asked, exact=credentials)
    if methods:
        found["access-control-allow-methods"] = methods
    if names:
        found["access-control-allow-headers"] = names
    if cors.get("MaxAge") is not None:
        found["access-control-max-age"] = str(cors["MaxAge"])
    return found


def apply(cors: Mapping[str, Any], origin: str | None, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of an answer, with what these settings say in place of what the function said."""
    granted = _origin(cors, origin)
    exposed: Sequence[str] = cors.get("ExposeHeaders") or ()
    if exposed and "access-control-allow-origin" in granted:
        granted["access-control-expose-headers"] = ",".join(exposed)
    own = {name: value for name, value in headers.items() if not name.startswith(_PREFIX)}
    if "vary" in granted and "vary" in own:
        granted["vary"] = f"{own['vary']}, {granted['vary']}"
    return {**own, **granted}


def _origin(cors: Mapping[str, Any], origin: str | None) -> dict[str, str]:
    """Whether pages of an origin may read answers. Browsers take no star together with credentials."""
    allowed: Sequence[str] = cors.get("AllowOrigins") or ()
    credentials = bool(cors.get("AllowCredentials"))
    if ANY in allowed and not credentials:
        return {} if origin is None else {"access-control-allow-origin": ANY}
    found = {"vary": "Origin"} if allowed else {}
    if origin is None or not (ANY in allowed or origin in allowed):
        return found
    found["access-control-allow-origin"] = origin
    if credentials:
        found["access-control-allow-credentials"] = "true"
    return found


def _listed(allowed: Sequence[str] | None, asked: str, *, exact: bool) -> str:
    """What is allowed, as a list. With credentials a star means nothing to browsers, so they get what they asked for."""
    if allowed and ANY in allowed:
        return asked if exact else ANY
    return ",".join(allowed or ())
