"""AWS Signature Version 4: reading it from a request, and checking it with the secret key.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. Errors
have the codes and sentences that DynamoDB has; `query_xml` renames the codes as IAM and STS do. This runs
for every request, so the usual one (path `/`, no query) is put together in a few joins.
"""

import base64
import calendar
import hashlib
import hmac
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache
from time import gmtime, strftime
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, unquote_to_bytes

from millrace.core import limits
from millrace.core.clock import iso_seconds
from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.wire import aws_chunked, sigv2

ALGORITHM = "AWS4-HMAC-SHA256"
_UNRESERVED = "-_.~"
_FRONT = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request, *"
    r"SignedHeaders=([^,\s]+), *"
)
_DIGITS = 64
_TIMESTAMP = re.compile(r"\d{8}T\d{6}Z")
_UNSIGNED = "UNSIGNED-PAYLOAD"
_TAKEN_AS_SENT = (_UNSIGNED, aws_chunked.STREAMING)
_S3 = "s3"  # it signs paths as they are sent, and bodies by the hash that a header tells


class Signature(NamedTuple):
    """What a request says of who signed it. `expires` (seconds) is given in the presigned form only."""

    access_key: str
    date: str
    region: str
    service: str
    signed_headers: str
    signature: str
    timestamp: str
    session_token: str | None = None
    expires: int | None = None
    old: bool = False  # presigned in S3's old way, see sigv2: `timestamp` says when it ends

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def parse(request: Request) -> Signature | None:
    """The signature of a request; None if it has none. Raises AwsError if it is malformed."""
    header = request.headers.get("authorization")
    in_query = "X-Amz-Algorithm" in request.query
    if header is None:
        return _parse_query(request) if in_query else _parse_old(request)
    if in_query and "X-Amz-Algorithm" in _query(request):
        raise _invalid(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
        )
    front, _, digits = header.rpartition("Signature=")
    parts = _front(front)
    timestamp = request.headers.get("x-amz-date")
    if parts is None or timestamp is None or len(digits) != _DIGITS:
        return _parse_header(request, header)
    return Signature(*parts, digits, timestamp, request.headers.get("x-amz-security-token"))


@lru_cache(maxsize=1024)
def _front(text: str) -> tuple[str, str, str, str, str] | None:
    """What stands before the signature itself: the same in all of a client's requests of a day."""
    match = _FRONT.fullmatch(text)
    return None if match is None else (match[1], match[2], match[3], match[4], match[5])


def _parse_header(request: Request, header: str) -> Signature | None:
    """The slow way, which names what is missing."""
    if not header.startswith("AWS4-"):
        return None
    algorithm, _, rest = header.partition(" ")
    parts = (part.partition("=") for part in re.split(r"[,\s]+", rest))  # AWS takes blanks for commas, too
    fields = {name: value for name, _, value in parts}
    timestamp = request.headers.get("x-amz-date") or _from_date(request.headers.get("date"))
    missing = [
        f"Authorization header requires '{name}' parameter. "
        for name in ("Credential", "Signature", "SignedHeaders")
        if not fields.get(name)
    ]
    if timestamp is None:
        missing.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
        )
    if missing or timestamp is None:
        raise _incomplete(f"{''.join(missing)}Authorization={header}")
    if algorithm != ALGORITHM:
        raise _incomplete(f"Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now). ")
    token = request.headers.get("x-amz-security-token")
    return Signature(
        *_credential(fields["Credential"]), fields["SignedHeaders"], fields["Signature"], timestamp, token
    )


def _parse_query(request: Request) -> Signature | None:
    fields = _query(request)
    if "X-Amz-Algorithm" not in fields:
        return None
    names = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
    missing = [
        f"AWS query-string parameters must include '{name}'. " for name in names if not fields.get(name)
    ]
    if missing:
        raise _incomplete(f"{''.join(missing)}Re-examine the query-string parameters.")
    if fields["X-Amz-Algorithm"] != ALGORITHM:
        raise _incomplete(
            f"Unsupported AWS 'algorithm': '{fields['X-Amz-Algorithm']}' (only {ALGORITHM} for now). "
        )
    expires = fields.get("X-Amz-Expires", str(limits.signature_age_seconds_max))
    if not re.fullmatch(r"[0-9]{1,9}", expires):
        raise _incomplete("X-Amz-Expires must be a number of seconds")
    return Signature(
        *_credential(fields["X-Amz-Credential"]),
        fields["X-Amz-SignedHeaders"],
        fields["X-Amz-Signature"],
        fields["X-Amz-Date"],
        fields.get("X-Amz-Security-Token"),
        min(int(expires), limits.signature_presigned_seconds_max),
    )


def of_fields(fields: Mapping[str, str]) -> Signature:
    """The signature of a form's policy, by the small names of its fields. Raises AwsError if it is malformed."""
    token = fields.get("x-amz-security-token")
    if "x-amz-credential" not in fields:
        key, signature = fields["awsaccesskeyid"], fields["signature"]
        return Signature(key, "", "", _S3, "", signature, "0", token, 0, old=True)
    if fields["x-amz-algorithm"] != ALGORITHM:
        raise _incomplete(
            f"Unsupported AWS 'algorithm': '{fields['x-amz-algorithm']}' (only {ALGORITHM} for now). "
        )
    scope = _credential(fields["x-amz-credential"])
    return Signature(*scope, "", fields["x-amz-signature"], fields["x-amz-date"], token)


def _parse_old(request: Request) -> Signature | None:
    found = sigv2.parse(request)
    if found is None:
        return None
    end = str(found.expires)
    return Signature(
        found.access_key, "", "", _S3, "", found.signature, end, found.session_token, 0, old=True
    )


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query, keep_blank_values=True))


def _credential(text: str) -> tuple[str, str, str, str]:
    parts = text.split("/")
    if len(parts) != 5:
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements, "
            f"e.g. keyid/date/region/service/term, got '{text}'"
        )
    key, date, region, service, term = parts
    if term != "aws4_request":
        raise _invalid(f"Credential should be scoped with a valid terminator: 'aws4_request', not '{term}'. ")
    return key, date, region, service


def _from_date(text: str | None) -> str | None:
    """The `Date` header in the form of `X-Amz-Date`."""
    if text is None or _TIMESTAMP.fullmatch(text):
        return text
    try:
        return strftime("%Y%m%dT%H%M%SZ", parsedate_to_datetime(text).utctimetuple())
    except (ValueError, OverflowError):  # the latter for the first and last day of all, in another zone
        return text


def verify(request: Request, signature: Signature, secret: str, now: float, *, base_path: str = "") -> None:
    """Return if `request` was signed with `secret` and not too long ago. Raises AwsError.

    `base_path` is what a proxy may have taken from the path after it was signed.
    """
    check_time(signature, now)
    if signature.old:
        paths = _signed_paths(request.path, base_path)
        if not any(sigv2.is_right(request, path, signature.signature, secret) for path in paths):
            raise _mismatch("", "")
        return
    if "host" not in signature.signed_headers.split(";"):
        raise _invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    key = signing_key(secret, signature.date, signature.region, signature.service)
    refusal = None
    for path in _signed_paths(request.path, base_path):
        canonical = _canonical_request(request, signature, path)
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        to_sign = f"{ALGORITHM}\n{signature.timestamp}\n{signature.scope}\n{digest}"
        expected = hmac.digest(key, to_sign.encode(), "sha256").hex()
        if hmac.compare_digest(expected.encode(), signature.signature.encode()):
            _check_headers(request, signature)
            _check_payload(request, signature, key)
            return
        refusal = refusal or _mismatch(canonical, to_sign)
    if refusal is not None:
        raise refusal


def verify_text(signature: Signature, secret: str, text: str) -> None:
    """Return if a text, the policy of a form, was signed with `secret`. Raises AwsError."""
    if signature.old:
        digest = hmac.digest(secret.encode(), text.encode(), hashlib.sha1)
        expected = base64.b64encode(digest).decode()
    else:
        key = signing_key(secret, signature.date, signature.region, signature.service)
        expected = hmac.digest(key, text.encode(), "sha256").hex()
    if not hmac.compare_digest(expected.encode(), signature.signature.encode()):
        raise _mismatch("", text)


def _check_headers(request: Request, signature: Signature) -> None:
    """Return unless S3 was told something by a header that is not signed: it could make a copy of a PUT."""
    if signature.service != _S3:
        return
    signed = {*signature.signed_headers.split(";"), "x-amz-content-sha256"}  # the latter is, in its own place
    others = [name for name in request.headers if name.startswith("x-amz-") and name not in signed]
    if others:
        raise AwsError(
            "AccessDenied",
            "There were headers present in the request which were not signed",
            status=403,
            members={"HeadersNotSigned": ", ".join(others)},
        )


def _check_payload(request: Request, signature: Signature, key: bytes) -> None:
    """What S3's requests sign of their bodies beside the head: a hash in a header, or each chunk."""
    form = request.headers.get("x-amz-content-sha256", _UNSIGNED)
    if signature.service != _S3 or form == _UNSIGNED:
        return
    if aws_chunked.is_chunked(request.headers):
        chunked = aws_chunked.parse(request.body)
        if not aws_chunked.verify(
            chunked, form, key, signature.timestamp, signature.scope, signature.signature
        ):
            raise _invalid("The request signature we calculated does not match that of a chunk.")
    elif form != hashlib.sha256(request.body).hexdigest():
        raise AwsError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            status=400,
        )


def _signed_paths(path: str, base_path: str) -> tuple[str, ...]:
    """The paths that a client may have seen where this one arrived."""
    if not base_path:
        return (path,)
    # SDKs sign `/millrace` for the root of `http://host/millrace`.
    bare = (base_path,) if path == "/" else ()
    return (*bare, base_path + path, path)


@lru_cache(maxsize=1024)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of one secret for one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def check_time(signature: Signature, now: float) -> None:
    """Return if it was signed neither too long ago nor in the future. AWS looks at that before it knows the key."""
    stamp = signature.timestamp
    if signature.old:
        if int(stamp) < now:
            raise _overdue(signature, int(stamp), now)
        return
    signed = _epoch(stamp)
    age = limits.signature_age_seconds_max if signature.expires is None else signature.expires
    if signed < now - age and signature.service == _S3 and signature.expires is not None:
        raise _overdue(signature, signed, now)
    if signed < now - age:
        raise _invalid(
            f"Signature expired: {stamp} is now earlier than {_basic(now - age)} ({_basic(now)} - {_minutes(age)})"
        )
    ahead = limits.signature_ahead_seconds_max
    if signed > now + ahead:
        raise _invalid(
            f"Signature not yet current: {stamp} is still later than {_basic(now + ahead)} "
            f"({_basic(now)} + {_minutes(ahead)})"
        )
    if stamp[:8] != signature.date:
        raise _invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{signature.date}' != '{stamp[:8]}', from '{stamp}'."
        )


@lru_cache(maxsize=64)
def _epoch(stamp: str) -> int:
    """Epoch seconds of `20130609T095204Z`. Many requests are signed within the same second."""
    if not _TIMESTAMP.fullmatch(stamp):
        raise _incomplete(
            f"Date must be in ISO-8601 'basic format'. Got '{stamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )
    year, month, day = int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8])
    if not (year and 1 <= month <= 12 and 1 <= day <= 31):
        raise _incomplete(
            f"Date must be in ISO-8601 'basic format'. Got '{stamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )
    return calendar.timegm((year, month, day, int(stamp[9:11]), int(stamp[11:13]), int(stamp[13:15])))


def _basic(epoch: float) -> str:
    return strftime("%Y%m%dT%H%M%SZ", gmtime(epoch))


def _minutes(seconds: int) -> str:
    return f"{seconds // 60} min." if seconds >= 60 else f"{seconds} sec."


def _canonical_request(request: Request, signature: Signature, path: str) -> str:
    headers = request.headers
    lines = [f"{name}:{_trimmed(headers.get(name, ''))}\n" for name in signature.signed_headers.split(";")]
    s3 = signature.service == _S3
    if path != "/":
        path = quote(unquote_to_bytes(path), safe=f"/{_UNRESERVED}") if s3 else _canonical_path(path)
    query = _canonical_query(request.query) if request.query else ""
    return (
        f"{request.method}\n{path}\n{query}\n{''.join(lines)}\n{signature.signed_headers}\n"
        f"{headers.get('x-amz-content-sha256', _UNSIGNED) if s3 else _payload_hash(headers, request.body)}"
    )


def _payload_hash(headers: Mapping[str, str], body: bytes) -> str:
    sent = headers.get("x-amz-content-sha256")
    if sent is not None and sent.startswith(_TAKEN_AS_SENT):
        return sent
    return hashlib.sha256(body).hexdigest()


def _trimmed(value: str) -> str:
    return value if " " not in value else " ".join(value.split())


def _canonical_path(path: str) -> str:
    """The path without dot segments, encoded once more than it was sent (S3 alone does not)."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    ending = "/" if kept and path.endswith("/") else ""  # of "/a/." botocore signs "/a"
    return quote(f"/{'/'.join(kept)}{ending}", safe=f"/{_UNRESERVED}")


def _canonical_query(query: str) -> str:
    """Names and values in one encoding, in order of their encoded names, without the signature itself."""
    pairs: list[tuple[str, str]] = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if part and name != "X-Amz-Signature":
            pairs.append((quote(unquote(name), safe=_UNRESERVED), quote(unquote(value), safe=_UNRESERVED)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _overdue(signature: Signature, signed: int, now: float) -> AwsError:
    """What S3 says of an address that was presigned for a shorter time."""
    expires = signature.expires or 0
    told = {
        "X-Amz-Expires": expires,
        "Expires": iso_seconds(signed + expires),
        "ServerTime": iso_seconds(now),
    }
    return AwsError("AccessDenied", "Request has expired", status=403, members=told)


def _incomplete(message: str) -> AwsError:
    return AwsError("IncompleteSignatureException", message)


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidSignatureException", message)


def _mismatch(canonical: str, to_sign: str) -> AwsError:
    return _invalid(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
        "Access Key and signing method. Consult the service documentation for details.\n\n"
        f"The Canonical String for this request should have been\n'{canonical}'\n\n"
        f"The String-to-Sign should have been\n'{to_sign}'\n"
    )
