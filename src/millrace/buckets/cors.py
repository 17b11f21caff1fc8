"""Which web pages of other origins may ask for what is in a bucket, and what they are told. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from millrace.buckets import faults
from millrace.core import limits
from millrace.core.errors import AwsError

Rule = Mapping[str, Any]
_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
_HEADER_NAME = re.compile(r"[!#$%&'+.^_`|~0-9A-Za-z-]+")
_VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
_NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method "
    "/ Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
)


class Asked(NamedTuple):
    """What a page asks: its origin, the method, and for a preflight the headers that it will send."""

    origin: str
    method: str
    headers: Sequence[str] = ()


def check(rules: Sequence[Rule]) -> None:
    """Return if a bucket may have these rules. Raises MalformedXML, InvalidRequest."""
    if not 1 <= len(rules) <= limits.bucket_cors_rules_max:
        raise faults.malformed_xml()
    for rule in rules:
        for method in rule["AllowedMethods"]:
            if method not in _METHODS:
                raise faults.invalid_request(
                    f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
                )
        for member in ("AllowedOrigins", "AllowedHeaders"):
            for pattern in rule.get(member) or ():
                if pattern.count("*") > 1:
                    raise faults.invalid_request(
                        f'{member[:-1]} "{pattern}" can not have more than one wildcard.'
                    )
        for name in rule.get("ExposeHeaders") or ():
            _check_exposed(name)


def _check_exposed(name: str) -> None:
    """Browsers are told these names in a header. Raises InvalidRequest."""
    if "*" in name:
        raise faults.invalid_request(
            f'ExposeHeader "{name}" contains wildcard. We currently do not support wildcard for ExposeHeader.'
        )
    if not _HEADER_NAME.fullmatch(name):
        raise faults.invalid_request(f'ExposeHeader "{name}" is not a valid header name.')


def matching(rules: Sequence[Rule], asked: Asked) -> Rule | None:
    """The first rule that allows it."""
    for rule in rules:
        if (
            asked.method in rule["AllowedMethods"]
            and any(_fits(pattern, asked.origin) for pattern in rule["AllowedOrigins"])
            and all(
                any(_fits(pattern.lower(), name.lower()) for pattern in rule.get("AllowedHeaders") or ())
                for name in asked.headers
            )
        ):
            return rule
    return None


def answer(rule: Rule, asked: Asked) -> dict[str, str]:
    """The headers that tell a browser what its page may do."""
    anyone = "*" in rule["AllowedOrigins"]
    told = {
        "Access-Control-Allow-Origin": "*" if anyone else asked.origin,
        "Access-Control-Allow-Methods": ", ".join(rule["AllowedMethods"]),
        "Vary": _VARY,
    }
    if not anyone:
        told["Access-Control-Allow-Credentials"] = "true"
    if asked.headers:
        told["Access-Control-Allow-Headers"] = ", ".join(name.lower() for name in asked.headers)
    if rule.get("ExposeHeaders"):
        told["Access-Control-Expose-Headers"] = ", ".join(rule["ExposeHeaders"])
    if rule.get("MaxAgeSeconds") is not None:
        told["Access-Control-Max-Age"] = str(rule["MaxAgeSeconds"])
    return told


def preflight(rules: Sequence[Rule] | None, headers: Mapping[str, str], *, kind: str) -> dict[str, str]:
    """The headers of the answer to an OPTIONS request about a BUCKET or an OBJECT. Raises BadRequest, AccessForbidden.

    `rules` is None where there are none at all.
    """
    origin, method = headers.get("origin"), headers.get("access-control-request-method")
    if not origin:
        raise AwsError("BadRequest", "Insufficient information. Origin request header needed.", status=400)
    if rules is None:
        raise _forbidden("CORSResponse: CORS is not enabled for this bucket.", method or "OPTIONS", kind)
    if not method:
        raise AwsError("BadRequest", "Invalid Access-Control-Request-Method: null", status=400)
    named = headers.get("access-control-request-headers", "")
    asked = Asked(origin, method, [name.strip() for name in named.split(",") if name.strip()])
    rule = matching(rules, asked)
    if rule is None:
        raise _forbidden(_NOT_ALLOWED, method, kind)
    return answer(rule, asked)


def _fits(pattern: str, text: str) -> bool:
    """Whether they are the same, but for what one `*` stands for."""
    front, star, end = pattern.partition("*")
    if not star:
        return text == pattern
    return len(text) >= len(front) + len(end) and text.startswith(front) and text.endswith(end)


def _forbidden(sentence: str, method: str, kind: str) -> AwsError:
    members = {"Method": method, "ResourceType": kind}
    return AwsError("AccessForbidden", sentence, status=403, members=members)
