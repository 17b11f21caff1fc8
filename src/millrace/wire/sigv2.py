"""Addresses of S3 presigned in the old way, which boto3 still gives out for us-east-1.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html, "Query String Request
Authentication Alternative".
"""

import base64
import hashlib
import hmac
from typing import NamedTuple
from urllib.parse import parse_qsl

from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.wire.bucket_address import virtual_bucket

# What is signed of the query.
_SUBRESOURCES = frozenset(
    {
        "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location",
        "logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
        "response-cache-control", "response-content-disposition", "response-content-encoding",
        "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
        "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    }
)  # fmt: skip
_INCOMPLETE = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
# What makes another request of it, and was there too late to be signed in this way.
_UNSIGNED = frozenset(
    {
        "attributes",
        "encryption",
        "legal-hold",
        "ownershipControls",
        "policyStatus",
        "publicAccessBlock",
        "retention",
    }
)


class Presigned(NamedTuple):
    """What such an address says. `expires` are epoch seconds."""

    access_key: str
    signature: str
    expires: int
    session_token: str | None


def parse(request: Request) -> Presigned | None:
    """None for a request without these fields. Raises AccessDenied for one with some of them."""
    if "AWSAccessKeyId=" not in request.query:
        return None
    fields = dict(parse_qsl(request.query, keep_blank_values=True))
    expires = fields.get("Expires", "")
    if not {"AWSAccessKeyId", "Signature", "Expires"}.issubset(fields):
        raise AwsError("AccessDenied", _INCOMPLETE, status=403)
    if not (expires.isascii() and expires.isdecimal() and len(expires) < 12):
        raise AwsError("AccessDenied", f"Invalid date (should be seconds since epoch): {expires}", status=403)
    token = fields.get("x-amz-security-token")
    return Presigned(fields["AWSAccessKeyId"], fields["Signature"], int(expires), token)


def is_right(request: Request, path: str, presigned_signature: str, secret: str) -> bool:
    """Whether the address was signed with `secret`, seen at `path`."""
    sent = parse_qsl(request.query, keep_blank_values=True)
    fields, small = dict(sent), {name.lower(): value for name, value in sent}
    if not _UNSIGNED.isdisjoint(fields) or len(small) < len(
        sent
    ):  # of two alike one could be signed, the other heeded
        return False
    told = {**small, **request.headers}  # as `rest_xml` has it: what a header says counts
    amazon = "".join(f"{name}:{told[name]}\n" for name in sorted(told) if name.startswith("x-amz-"))
    bucket = virtual_bucket(request.headers.get("host", ""))
    resource = f"/{bucket}{path}" if bucket else path
    signed = [
        f"{name}={value}" if value else name
        for name, value in sorted(fields.items())
        if name in _SUBRESOURCES
    ]
    if signed:
        resource += "?" + "&".join(signed)
    head = (request.method, told.get("content-md5", ""), told.get("content-type", ""), fields["Expires"])
    text = "\n".join((*head, amazon + resource))
    expected = base64.b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha1))
    return hmac.compare_digest(expected, presigned_signature.encode())
