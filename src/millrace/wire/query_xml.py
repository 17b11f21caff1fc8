"""Being written."""

from collections.abc import Mapping
from typing import Any

from millrace.core.errors import AwsError
from millrace.http.message import Response
from millrace.wire.protocol import Decode, Encode, ProtocolFacts


class QueryXml:
    def __init__(self, facts: ProtocolFacts) -> None:
        self._facts = facts

    def compile(self, operation: Mapping[str, Any]) -> tuple[Decode, Encode]:
        raise NotImplementedError

    def encode_error(self, error: AwsError, request_id: str) -> Response:
        raise NotImplementedError
