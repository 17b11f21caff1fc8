"""Which operation of which service a request is for."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.wire.models import OperationModel, ServiceModel
from millrace.wire.rest_json import RestJson, Route
from millrace.wire.rest_xml import RestXml


class UnroutableError(AwsError):
    """No operation takes this request. `model` is the service it is for, as far as that can be told."""

    def __init__(
        self, code: str, message: str | None, model: ServiceModel | None, *, status: int | None = None
    ) -> None:
        super().__init__(code, message, status=status)
        self.model = model


class Router:
    """Finds operations by X-Amz-Target (JSON), by method and path (REST), by Action (query) or by bucket (S3)."""

    def __init__(self, models: Sequence[ServiceModel]) -> None:
        self._targets = {model.target_prefix: model for model in models if model.target_prefix}
        self._query_models = [model for model in models if model.protocol == "query"]
        self._routes = _index([model for model in models if model.protocol == "rest-json"])
        self._by_signing_name: dict[str, ServiceModel] = {}
        for model in models:
            self._by_signing_name.setdefault(model.signing_name, model)

    def route(self, request: Request, signing_name: str | None) -> OperationModel:
        """The operation that `request` is for. Raises UnroutableError."""
        target = request.headers.get("x-amz-target")
        if target is not None:
            return self._by_target(target, signing_name)
        service = self._by_signing_name.get(signing_name or "")
        if service is not None and isinstance(service.speaks, RestXml):
            return self._by_bucket(request, service, service.speaks)
        found = self._by_path(request, signing_name)
        if found is not None:
            return found
        fields = _query_fields(request)
        if "Action" in fields:
            return self._by_action(fields["Action"], fields.get("Version"), signing_name)
        raise UnroutableError(
            "UnknownOperationException", None, self._by_signing_name.get(signing_name or ""), status=404
        )

    def _by_target(self, target: str, signing_name: str | None) -> OperationModel:
        prefix, _, name = target.rpartition(".")
        model = self._targets.get(prefix)
        if model is not None and name in model.operations:
            return model.operations[name]
        model = model or self._by_signing_name.get(signing_name or "")
        raise UnroutableError("UnknownOperationException", None, model, status=400)

    def _by_path(self, request: Request, signing_name: str | None) -> OperationModel | None:
        for model, route in self._routes.get((request.method, _first(request.path)), ()):
            if signing_name not in (None, model.signing_name):
                continue
            if route.takes(request.path, request.query):
                return model.operations[route.operation]
        return None

    def _by_bucket(self, request: Request, model: ServiceModel, speaks: RestXml) -> OperationModel:
        """S3's requests name no operation at all: the bucket, the key, the query and headers tell."""
        try:
            name = speaks.find(request)
        except AwsError as error:
            raise UnroutableError(error.code, error.message, model, status=error.status) from None
        if name is None:
            message = "The specified method is not allowed against this resource."
            raise UnroutableError("MethodNotAllowed", message, model, status=405)
        return model.operations[name]

    def _by_action(self, action: str, version: str | None, signing_name: str | None) -> OperationModel:
        ranked = sorted(
            self._query_models,
            key=lambda model: (model.signing_name == signing_name, model.api_version == version),
            reverse=True,
        )
        for model in ranked:
            if action in model.operations and (version in (None, model.api_version)):
                return model.operations[action]
        message = f"Could not find operation {action} for version {version or 'NO_VERSION_SPECIFIED'}"
        raise UnroutableError("InvalidAction", message, ranked[0] if ranked else None, status=400)


def _index(models: Sequence[ServiceModel]) -> Mapping[tuple[str, str], Sequence[tuple[ServiceModel, Route]]]:
    """Routes by method and first path segment, the most particular first."""
    index: dict[tuple[str, str], list[tuple[ServiceModel, Route]]] = {}
    for model in models:
        for route in model.speaks.routes() if isinstance(model.speaks, RestJson) else ():
            index.setdefault((route.method, _first(route.uri)), []).append((model, route))
    for found in index.values():
        found.sort(key=lambda entry: entry[1].particularity, reverse=True)
    return index


def _first(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else ""


_FORM = re.compile(rb"(?:^|&)Action=")


def _query_fields(request: Request) -> dict[str, str]:
    """`Action` and `Version`, from the form in the body or from the query."""
    text = request.body.decode("utf-8", "replace") if _FORM.search(request.body) else request.query
    if "Action=" not in text:
        return {}
    parsed = parse_qs(text)
    return {name: parsed[name][0] for name in ("Action", "Version") if name in parsed}
