"""AWS's services as their models describe them: what an operation takes, answers and refuses with.

The models are botocore's data files. botocore itself is not imported (that takes a quarter of a second); a
service is read when it is loaded and an operation compiled when it is first asked for.
"""

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from millrace.core.errors import AwsError
from millrace.http.message import Request, Response
from millrace.wire.corrections import correct, corrections
from millrace.wire.former_protocol import formerly
from millrace.wire.json_rpc import JsonRpc
from millrace.wire.protocol import Protocol, ProtocolFacts
from millrace.wire.query_xml import QueryXml
from millrace.wire.rest_json import RestJson
from millrace.wire.rest_xml import RestXml


@dataclass(frozen=True, slots=True, eq=False)
class OperationModel:
    """One operation. `decode` raises AwsError for what is not a well-formed request of it."""

    name: str
    service: "ServiceModel"
    decode: Callable[[Request], dict[str, Any]]
    encode: Callable[[Mapping[str, Any], str], Response]

    def __repr__(self) -> str:
        return f"<{self.service.name}.{self.name}>"


class ServiceModel:
    """One service: its operations, compiled on first use, and the form of its errors."""

    def __init__(self, name: str, model: dict[str, Any], said: Mapping[str, Any] | None = None) -> None:
        said = corrections(name) if said is None else said
        correct(model, said)
        metadata = model["metadata"]
        self.name = name
        self.protocol: str = metadata["protocol"]
        self.signing_name: str = metadata.get("signingName", metadata["endpointPrefix"])
        self.api_version: str = metadata["apiVersion"]
        self.target_prefix: str = metadata.get("targetPrefix", "")
        self.speaks = _protocol(ProtocolFacts(model, said))
        self.operations: Mapping[str, OperationModel] = _Operations(self, model["operations"])

    def encode_error(self, error: AwsError, request_id: str) -> Response:
        """The answer that tells a client of `error`."""
        return self.speaks.encode_error(error, request_id)

    def __repr__(self) -> str:
        return f"<ServiceModel {self.name}>"


class _Operations(Mapping[str, OperationModel]):
    """Every name is known at once; a model is compiled when it is first asked for."""

    def __init__(self, service: ServiceModel, described: Mapping[str, Mapping[str, Any]]) -> None:
        self._service = service
        self._described = described
        self._compiled: dict[str, OperationModel] = {}

    def __getitem__(self, name: str) -> OperationModel:
        found = self._compiled.get(name)
        if found is None:
            decode, encode = self._service.speaks.compile(self._described[name])
            found = self._compiled[name] = OperationModel(name, self._service, decode, encode)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._described

    def __iter__(self) -> Iterator[str]:
        return iter(self._described)

    def __len__(self) -> int:
        return len(self._described)


def load(name: str) -> ServiceModel:
    """The model of a service by botocore's name for it, for instance `dynamodbstreams`. Reads a file."""
    return ServiceModel(name, read(name))


def load_all(names: Sequence[str]) -> list[ServiceModel]:
    """The models of services; behind them those that a service answers to for older SDKs besides."""
    former = [name for name in names if "query" in corrections(name)]
    return [*map(load, names), *map(load_former, former)]


def load_former(name: str) -> ServiceModel:
    """The same service as it spoke before it spoke JSON."""
    model, said = read(name), corrections(name)
    formerly(model, said)
    return ServiceModel(name, model, said)


def read(name: str) -> dict[str, Any]:
    """A service's model as AWS publishes it, of its newest API version."""
    folder = _data() / name
    newest = max(path.name for path in folder.iterdir() if path.is_dir())
    return orjson.loads(gzip.decompress((folder / newest / "service-2.json.gz").read_bytes()))


def _data() -> Path:
    spec = find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("AWS's service models are missing: botocore is not installed")
    return Path(spec.submodule_search_locations[0]) / "data"


def _protocol(facts: ProtocolFacts) -> Protocol:
    match facts.model["metadata"]["protocol"]:
        case "json":
            return JsonRpc(facts)
        case "rest-json":
            return RestJson(facts)
        case "rest-xml":
            return RestXml(facts)
        case "query":
            return QueryXml(facts)
        case unknown:
            raise ValueError(f"the protocol {unknown} is not spoken here")
