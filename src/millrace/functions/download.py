"""Addresses that a function's code can be fetched from: for some minutes, by whoever knows them.

GetFunction shows one, as AWS's does with a presigned address of S3: plain HTTP clients follow it, and it
opens nothing else. Serving what is fetched is the server room's business.
"""

import hashlib
import hmac
from urllib.parse import parse_qs

from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.functions.catalog import Function
from millrace.functions.code import CodeStore
from millrace.functions.layers import Layer

PATH = "/_millrace/code/"


class RefusedError(Exception):
    """The address was never given out as it stands, or its time is over; the message says which."""


class Downloads:
    """Gives addresses out and honours them. Its key is made at the start: a restart ends them all."""

    def __init__(self, clock: Clock, codes: CodeStore, endpoint_url: str) -> None:
        self._clock = clock
        self._codes = codes
        self._endpoint_url = endpoint_url
        self._key = ids.secret_key().encode()

    def address(self, scope: Scope, function: Function, reached_at: str = "") -> str:
        """Where the code that `function` has now can be fetched by who reaches the server at `reached_at`."""
        return self._address(f"{scope.path}/{function.name}", function.code_sha256, reached_at)

    def layer_address(self, layer: Layer, sha256: str, reached_at: str = "") -> str:
        """The same for a version of a layer."""
        return self._address(f"{layer.scope.path}/layer/{layer.name}/{layer.version}", sha256, reached_at)

    def _address(self, of: str, sha256: str, reached_at: str) -> str:
        path = f"{PATH}{of}/{self._codes.zip_path(sha256).name}"
        expires = str(int(self._clock.now() + limits.code_address_seconds))
        return f"{reached_at or self._endpoint_url}{path}?Expires={expires}&Signature={self._signature(path, expires)}"

    async def fetch(self, path: str, query: str) -> bytes:
        """The zip file. Raises RefusedError, and FileNotFoundError if the function has other code by now."""
        given = {name: values[-1] for name, values in parse_qs(query).items()}
        expires = given.get("Expires", "")
        right = self._signature(path, expires)
        if not hmac.compare_digest(given.get("Signature", "").encode(), right.encode()):
            raise RefusedError("the address is not signed as it should be; GetFunction gives one")
        if self._clock.now() > int(expires):
            raise RefusedError("the address has expired; GetFunction gives a new one")
        return await self._codes.read(path.rpartition("/")[2])

    def _signature(self, path: str, expires: str) -> str:
        return hmac.new(self._key, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
