"""The way of an AWS request through the house."""

import ipaddress
import logging
import re
from collections.abc import Mapping, Sequence

import orjson

from millrace.core import ids, limits
from millrace.core.context import Access, Context, Principal
from millrace.core.errors import AwsError, StorageError
from millrace.core.service import Service
from millrace.http.message import Request, Response
from millrace.http.protocol import refuse
from millrace.iam.identities import Identities
from millrace.server import form_uploads
from millrace.server.authentication import Authenticator, Caller
from millrace.server.bucket_pages import BucketPages, FindBucket
from millrace.server.function_urls import FunctionUrls, is_function_url
from millrace.server.introspection import PREFIX, Introspection
from millrace.server.origin import is_foreign, is_foreign_fetch, is_local_name
from millrace.wire import bucket_address, sigv4
from millrace.wire.content_encoding import packed
from millrace.wire.models import OperationModel, ServiceModel
from millrace.wire.routing import Router, UnroutableError

log = logging.getLogger("millrace.server")

UNKNOWN_OPERATION = (
    "The requested operation is not supported by millrace yet; docs/coverage.md lists what is."
)
_FOREIGN = "Requests of web pages of other origins are refused."

# In a credential, as a header or a query has it.
_BUCKETS = re.compile("(?:/|%2F|%252F)s3(?:/|%2F|%252F)|AWSAccessKeyId=")
_FUNCTIONS = re.compile("(?:/|%2F)lambda(?:/|%2F)")
_S3 = "s3"
_LOOPBACK = "127.0.0.1"  # whoever comes by a socket that has no address


class Dispatcher:
    """Answers every request that arrives on the server's port."""

    def __init__(
        self,
        router: Router,
        services: Mapping[str, Service],
        authenticator: Authenticator,
        identities: Identities,
        introspection: Introspection,
        function_urls: FunctionUrls,
        find_bucket: FindBucket,
        *,
        closed: bool,
        base_path: str = "",
    ) -> None:
        self._router = router
        self._services = services
        self._authenticator = authenticator
        self._identities = identities
        self._introspection = introspection
        self._function_urls = function_urls
        self._find_bucket = find_bucket
        self._pages = BucketPages(find_bucket)
        self._closed = closed
        self._base_path = base_path

    async def handle(self, request: Request) -> Response:
        """The answer to `request`; never raises for what a client can send."""
        if is_function_url(request):  # before origins are looked at: who may ask is the function's affair
            return await self._function_urls.handle(request)
        if ("origin" in request.headers or not self._closed) and is_foreign(
            request.headers, closed=self._closed
        ):
            return await self._visit(request)
        if request.method == "OPTIONS" and self._pages.concerns(request):
            return await self._preflight(request)
        if request.path.startswith(PREFIX):
            return await self._ask(request)
        if request.path == "/" and _is_visit(request):
            return await self._introspection.welcome(request)
        return await self._call(request)

    async def _visit(self, request: Request) -> Response:
        """The answer to a page of another origin: only a bucket may have rules that let it in."""
        host = request.headers.get("host", "")
        if not self._closed and host and not is_local_name(host):
            return _plain(403, "ForeignOrigin", _FOREIGN)
        if request.method == "OPTIONS" and self._pages.concerns(request):
            return await self._preflight(request)
        told = await self._pages.welcome(request)
        if told is None:
            return _plain(403, "ForeignOrigin", _FOREIGN)
        response = await self._call(request, welcome=True)
        response.headers = {**response.headers, **told}
        return response

    async def _preflight(self, request: Request) -> Response:
        try:
            request_id = ids.request_id()
            told = {"x-amz-request-id": request_id, "x-amz-id-2": request_id}
            return Response(200, b"", {**told, **await self._pages.preflight(request)})
        except AwsError as error:
            return _error(self._model(request, _S3), error, ids.request_id())

    def refuse(self, status: int, request: Request) -> Response:
        """The answer to a request that is not read to its end. S3 and Lambda have words for one that is too large."""
        if status != 413:
            return refuse(status, request)
        if _names(_FUNCTIONS, request):
            return self._too_large_for_lambda(request)
        if not _names(_BUCKETS, request):
            return refuse(status, request)
        told = {
            "ProposedSize": request.headers.get("content-length"),
            "MaxSizeAllowed": limits.request_body_bytes_max,
        }
        sentence = "Your proposed upload exceeds the maximum allowed size"
        error = AwsError("EntityTooLarge", sentence, status=400, members=told)
        return _error(self._model(request, _S3), error, ids.request_id())

    def _too_large_for_lambda(self, request: Request) -> Response:
        """Recorded of AWS: LocalStack test_oversized_request_create_lambda."""
        try:
            operation = self._router.route(request, "lambda")
        except UnroutableError:
            return refuse(413, request)
        most = limits.request_body_bytes_max
        sentence = f"Request must be smaller than {most} bytes for the {operation.name} operation"
        error = AwsError("RequestEntityTooLargeException", sentence, status=413)
        return _error(operation.service, error, ids.request_id())

    async def _ask(self, request: Request) -> Response:
        """millrace's own API: anyone's on an open server, the root's on a closed one.

        What holds no secret needs no signature; addresses given out to be fetched carry one of their own.
        """
        if self._closed and not self._introspection.is_open(request):
            try:
                caller = await self._authenticator.caller(request, sigv4.parse(request))
            except AwsError as error:
                return _error(None, error, ids.uuid())
            if not caller.principal.is_root:
                return _plain(403, "AccessDeniedException", "millrace's own API is for the account's root.")
        return await self._introspection.handle(request)

    async def _call(self, request: Request, *, welcome: bool = False) -> Response:
        """The answer of an operation. A page that is `welcome` is so in buckets alone."""
        request_id = ids.request_id()
        model: ServiceModel | None = None
        try:
            if form_uploads.is_upload(request):
                model = self._model(request, _S3)
                return await self._upload(request, request_id)
            signature = self._signature(request)
            if signature is not None and not welcome and self._is_lured(request, signature):
                return _plain(403, "ForeignOrigin", _FOREIGN)
            signing_name = signature.service if signature else await self._unsigned(request)
            operation = self._router.route(request, signing_name)
            model = operation.service
            if welcome and model.name != _S3:
                return _plain(403, "ForeignOrigin", _FOREIGN)
            return await self._answer(request, signature, operation, request_id)
        except AwsError as error:
            return _error(getattr(error, "model", None) or model, error, request_id)
        except StorageError as error:
            log.error("%s: %s", type(error).__name__, error)  # noqa: TRY400 -- the operator needs the sentence
            return _error(model, AwsError("InternalServerError", str(error), status=500), request_id)
        except RecursionError:
            return _error(model, AwsError("SerializationException", "Nesting is too deep"), request_id)
        except Exception:
            # The border: a fault of ours must reach the operator in full and the client in AWS's form.
            log.exception("request %s failed", request_id)
            return _error(
                model, AwsError("InternalServerError", "Internal server error", status=500), request_id
            )

    async def _unsigned(self, request: Request) -> str | None:
        """The service that a request without a signature is for, where only its address tells: that of a bucket."""
        if "x-amz-target" in request.headers:
            return None
        try:
            bucket = bucket_address.address(request).bucket
        except ValueError:
            return None
        return _S3 if bucket and await self._find_bucket(bucket) is not None else None

    async def _upload(self, request: Request, request_id: str) -> Response:
        """A form that uploads an object is the request it stands for."""
        upload = await form_uploads.read(request, self._authenticator)
        operation = self._router.route(upload.request, _S3)
        put = await self._carry_out(upload.request, upload.caller, operation, request_id)
        host = request.headers.get("host", "")
        return upload.answer(put, f"http://{host}{self._base_path}")

    def _signature(self, request: Request) -> sigv4.Signature | None:
        """The signature; when it is malformed, an error in the form of the service that the request is for."""
        try:
            return sigv4.parse(request)
        except AwsError as error:
            model = self._model(request, _S3 if _names(_BUCKETS, request) else None)
            raise UnroutableError(error.code, error.message, model, status=error.status) from None

    def _is_lured(self, request: Request, signature: sigv4.Signature) -> bool:
        """Whether a page of another origin made a browser ask, with an address that is signed by any key.

        On a closed server only a key's holder can make such an address. Pages may show objects of buckets.
        """
        if self._closed or not is_foreign_fetch(request.headers):
            return False
        return signature.service != "s3" or request.method not in ("GET", "HEAD")

    def _model(self, request: Request, signing_name: str | None) -> ServiceModel | None:
        """The service that a request is for, whatever else may be wrong with it."""
        try:
            return self._router.route(request, signing_name).service
        except UnroutableError as lost:
            return lost.model

    async def _answer(
        self,
        request: Request,
        signature: sigv4.Signature | None,
        operation: OperationModel,
        request_id: str,
    ) -> Response:
        service = self._services[operation.service.name]
        if signature is None and (service.open_policies or operation.name in service.unsigned):
            caller = self._authenticator.anonymous()
        else:
            caller = await self._authenticator.caller(request, signature)
        return await self._carry_out(request, caller, operation, request_id)

    async def _carry_out(
        self, request: Request, caller: Caller, operation: OperationModel, request_id: str
    ) -> Response:
        service = self._services[operation.service.name]
        function = service.operations.get(operation.name)
        if function is None:
            raise AwsError("UnknownOperationException", UNKNOWN_OPERATION, status=400)
        params = operation.decode(request)
        denying = service.denying_policies is not None and await service.denying_policies()
        refusals: dict[str, AwsError] = {}
        if (denying or not caller.principal.is_root) and not (
            caller.principal.is_anonymous and operation.name in service.unsigned
        ):
            known = conditions_of(request, caller.scope.region)
            accesses = [one.under(known) for one in service.accesses(operation.name, caller.scope, params)]
            if operation.name in service.piecemeal:
                refusals = await self._refusals(service, caller.principal, accesses, denying=denying)
            else:
                await self._allow(service, caller.principal, accesses, denying=denying)
        context = Context(
            caller.scope,
            caller.principal,
            request_id,
            request.headers,
            self._base_path,
            client=request.client,
            refusals=refusals,
        )
        output = await function(context, params)
        response = operation.encode(output, request_id)
        if "X-Amz-Crc32" in response.headers and "accept-encoding" in request.headers:  # DynamoDB's alone
            response = packed(response, request.headers["accept-encoding"])
        if context.response_headers:
            response.headers = {**response.headers, **context.response_headers}
        return response

    async def _allow(
        self, service: Service, principal: Principal, accesses: Sequence[Access], *, denying: bool
    ) -> None:
        """Return if the caller may do all of it. Raises AwsError."""
        if principal.is_anonymous:
            await self._allow_anyone(service, accesses)
            return
        await self._identities.authorise(
            principal,
            accesses,
            service=service.name,
            resource_policies=service.resource_policies,
            denying=denying,
        )

    async def _refusals(
        self, service: Service, principal: Principal, accesses: Sequence[Access], *, denying: bool
    ) -> dict[str, AwsError]:
        """What the caller may not do, by resource."""
        found: dict[str, AwsError] = {}
        for access in accesses:
            try:
                await self._allow(service, principal, [access], denying=denying)
            except AwsError as error:
                found[access.resource] = error
        return found

    async def _allow_anyone(self, service: Service, accesses: Sequence[Access]) -> None:
        """Return if the policies of resources allow it to everyone. Raises AccessDenied."""
        policies = service.open_policies
        for access in accesses:
            document = None if policies is None else await policies(access)
            decision = await self._identities.decide_on(None, access, document)
            if not decision.allowed:
                raise AwsError("AccessDenied", "Access Denied", status=403)


def conditions_of(request: Request, region: str) -> dict[str, str]:
    """The condition keys that every request has; its caller's are `Identities.facts`.

    What does not leave the machine counts as a secure transport: policies that demand one are for the wire.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    peer = request.peer or _LOOPBACK
    secure = request.headers.get("x-forwarded-proto") == "https" or ipaddress.ip_address(peer).is_loopback
    known = {
        "aws:RequestedRegion": region,
        "aws:SourceIp": peer,
        "aws:SecureTransport": "true" if secure else "false",
    }
    if "user-agent" in request.headers:
        known["aws:UserAgent"] = request.headers["user-agent"]
    return known


def _names(service: re.Pattern[str], request: Request) -> bool:
    """Whether a request is signed for a service, rightly or not."""
    return service.search(f"{request.headers.get('authorization')} {request.query}") is not None


def _is_visit(request: Request) -> bool:
    """Whether somebody looks at what is here, rather than calling an operation."""
    return request.method in ("GET", "HEAD") and not request.query and "authorization" not in request.headers


def _error(model: ServiceModel | None, error: AwsError, request_id: str) -> Response:
    if model is not None:
        return model.encode_error(error, request_id)
    return _plain(error.status or 400, error.code, error.message or "", request_id)


def _plain(status: int, code: str, message: str, request_id: str = "") -> Response:
    """An error before any protocol is known: JSON, which every SDK can read."""
    headers = {"content-type": "application/x-amz-json-1.0", "x-amzn-errortype": code}
    if request_id:
        headers["x-amzn-requestid"] = request_id
    return Response(status, orjson.dumps({"__type": code, "message": message}), headers)
