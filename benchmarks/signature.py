"""Whole HTTP requests for DynamoDB as bytes, signed with Signature Version 4 before anything is measured.

botocore takes about a tenth of a millisecond for one signature, this file a tenth of that, because the signing key
of the day is derived once. The tests recompute its signatures with botocore.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import cache

ACCESS_KEY = "test"
SECRET_KEY = "test"
REGION = "us-east-1"
SIGNED_HEADERS = "content-type;host;x-amz-date;x-amz-target"


@cache
def signing_key(day: str, secret_key: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@dataclass(frozen=True)
class Signer:
    """Signs for one host; a signature is good for 15 minutes around `now`."""

    host: str
    now: datetime

    def request(self, operation: str, body: bytes) -> bytes:
        target = f"DynamoDB_20120810.{operation}"
        return (
            f"POST / HTTP/1.1\r\nHost: {self.host}\r\n"
            "Content-Type: application/x-amz-json-1.0\r\n"
            f"X-Amz-Date: {self.now:%Y%m%dT%H%M%SZ}\r\nX-Amz-Target: {target}\r\n"
            f"Authorization: {self.authorization(target, body)}\r\n"
            f"Accept-Encoding: identity\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def authorization(self, target: str, body: bytes) -> str:
        day, moment = f"{self.now:%Y%m%d}", f"{self.now:%Y%m%dT%H%M%SZ}"
        canonical = (
            f"POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:{self.host}\n"
            f"x-amz-date:{moment}\nx-amz-target:{target}\n\n{SIGNED_HEADERS}\n{hashlib.sha256(body).hexdigest()}"
        )
        scope = f"{day}/{REGION}/dynamodb/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        signature = hmac.digest(
            signing_key(day, SECRET_KEY, REGION, "dynamodb"), text.encode(), "sha256"
        ).hex()
        return (
            f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, "
            f"SignedHeaders={SIGNED_HEADERS}, Signature={signature}"
        )
