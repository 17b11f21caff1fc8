"""Objects that web pages upload with a form: what it says, as the PutObject that it stands for.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from millrace.buckets import faults, post_policy
from millrace.core.errors import AwsError
from millrace.http.message import Request, Response
from millrace.server.authentication import Authenticator, Caller
from millrace.wire import bucket_address, form_data, form_tags, sigv4
from millrace.wire.form_data import Form

# Fields that say what headers would.
_HEADERS = frozenset({"cache-control", "content-disposition", "content-encoding", "content-type", "expires"})
_NEW = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature")
_OLD = ("AWSAccessKeyId", "Signature")


@dataclass(frozen=True, slots=True)
class Upload:
    """One form, as a request that puts the object, and who signed it."""

    request: Request
    caller: Caller
    bucket: str
    key: str
    fields: Mapping[str, str]

    def answer(self, put: Response, place: str) -> Response:
        """What the page is told. `put` is the answer to the request, `place` where this server is reached."""
        etag = put.headers.get("ETag", "")
        location = f"{place}{self.request.path}"
        headers = {**put.headers, "Location": location}
        redirect = self.fields.get("success_action_redirect") or self.fields.get("redirect")
        if redirect and redirect.startswith(("http://", "https://")):
            told = urlencode({"bucket": self.bucket, "key": self.key, "etag": etag})
            parts = urlsplit(redirect)
            query = f"{parts.query}&{told}" if parts.query else told
            return Response(303, b"", {**headers, "Location": urlunsplit(parts._replace(query=query))})
        status = self.fields.get("success_action_status")
        if status == "201":
            body = form_tags.written(
                "PostResponse",
                {"Location": location, "Bucket": self.bucket, "Key": self.key, "ETag": etag},
            )
            return Response(201, body, {**headers, "Content-Type": "application/xml"})
        return Response(200 if status == "200" else 204, b"", headers)


def is_upload(request: Request) -> bool:
    """Whether a request is a form for a bucket, rather than an operation."""
    if request.method != "POST" or request.query or "x-amz-target" in request.headers:
        return False
    if not form_data.is_form(request) and "authorization" in request.headers:
        return False
    try:
        where = bucket_address.address(request)
    except ValueError:
        return False
    return bool(where.bucket) and not where.key


async def read(request: Request, authenticator: Authenticator) -> Upload:
    """Raises AwsError for a form that is not signed rightly, or holds what its policy does not allow."""
    if not form_data.is_form(request):
        raise faults.precondition_failed("Bucket POST must be of the enclosure-type multipart/form-data")
    where, form = bucket_address.address(request), form_data.parse(request)
    fields = form.fields
    if "key" not in fields:
        raise _missing("key")
    if form.file is None:
        raise AwsError(
            "InvalidArgument",
            "POST requires exactly one file upload per request.",
            status=400,
            members={"ArgumentName": "file", "ArgumentValue": "0"},
        )
    caller = await _caller(form, authenticator)
    if not caller.principal.is_anonymous:
        told = {**fields, "bucket": where.bucket}
        post_policy.check(fields["policy"], told, len(form.file), authenticator.now())
    key = fields["key"]
    if form.file_name:
        key = key.replace("${filename}", form.file_name)
    path = f"/{quote(key)}" if where.virtual else f"/{quote(where.bucket)}/{quote(key)}"
    put = Request(
        "PUT", path, path, "", _headers(request, fields), form.file, request.peer, client=request.client
    )
    return Upload(put, caller, where.bucket, key, fields)


async def _caller(form: Form, authenticator: Authenticator) -> Caller:
    """Who signed the policy; nobody where there is no signature."""
    fields = form.fields
    names = next((names for names in (_NEW, _OLD) if any(name.lower() in fields for name in names)), None)
    if names is None:
        return authenticator.anonymous()
    for name in (*names, "Policy"):
        if name.lower() not in fields:
            raise _missing(name)
    return await authenticator.signer(sigv4.of_fields(fields), fields["policy"])


def _headers(request: Request, fields: Mapping[str, str]) -> dict[str, str]:
    headers = {
        name: value if name.startswith("x-amz-") else _latin(value)
        for name, value in fields.items()
        if name in _HEADERS or name.startswith("x-amz-")
    }
    if "acl" in fields:
        headers["x-amz-acl"] = fields["acl"]
    if "tagging" in fields:
        headers["x-amz-tagging"] = urlencode(form_tags.read(fields["tagging"]))
    return {**headers, "host": request.headers.get("host", "")}


def _latin(text: str) -> str:
    """What of a text a header can hold."""
    return "".join(character if character < "\u0100" else " " for character in text)


def _missing(name: str) -> AwsError:
    sentence = f"Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields."
    return AwsError(
        "InvalidArgument", sentence, status=400, members={"ArgumentName": name, "ArgumentValue": ""}
    )
