"""Function URLs: which functions have one, how it is configured, and whose an id is.

Answering requests to them is the server's business; `url_event` and `cors` say what those mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.functions import resource_policy
from millrace.functions.names import function_arn
from millrace.storage.interface import Reader, Writer

# Where every client finds them; browsers are sent on to a host name of the function's own.
PATH = "/_millrace/url/"
# The second label of such a host name, as in AWS's ID.lambda-url.REGION.on.aws.
LABEL = "lambda-url"
BUFFERED = "BUFFERED"

_IDS = "functions/urls"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionUrl:
    """One URL. Times are epoch seconds; `invoke_mode` is None as long as nobody has named one."""

    id: str
    function: str
    auth_type: str
    created: float
    modified: float
    cors: Mapping[str, Any] | None = None
    invoke_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What an id leads to. `policy` is the function's resource policy, if it has one."""

    scope: Scope
    url: FunctionUrl
    policy: str | None

    @property
    def function_arn(self) -> str:
        return function_arn(self.scope, self.url.function)

    @property
    def host(self) -> str:
        """The host name of its own, which resolves to this machine in browsers."""
        return f"{self.url.id}.{LABEL}.{self.scope.region}.localhost"


def address(endpoint: str, url_id: str) -> str:
    """FunctionUrl: the form that works with every client."""
    return f"{endpoint}{PATH}{url_id}/"


def find(reader: Reader, scope: Scope, function: str) -> FunctionUrl | None:
    raw = reader.get(_space(scope), function.encode())
    return None if raw is None else FunctionUrl(**orjson.loads(raw))


def lookup(reader: Reader, url_id: str) -> Found | None:
    """Whose an id is, wherever that lives."""
    raw = reader.get(_IDS, url_id.encode(errors="replace"))
    if raw is None:
        return None
    place: dict[str, str] = orjson.loads(raw)
    scope = Scope(place["account"], place["region"], place["partition"])
    url = find(reader, scope, place["function"])
    return None if url is None else Found(scope, url, resource_policy.text(reader, scope, url.function))


def put(writer: Writer, scope: Scope, url: FunctionUrl) -> None:
    """Make or replace a function's URL."""
    place = {
        "account": scope.account,
        "region": scope.region,
        "partition": scope.partition,
        "function": url.function,
    }
    writer.put(_space(scope), url.function.encode(), orjson.dumps(url))
    writer.put(_IDS, url.id.encode(), orjson.dumps(place))


def remove(writer: Writer, scope: Scope, function: str) -> bool:
    """Take a function's URL away; whether there was one."""
    url = find(writer, scope, function)
    if url is None:
        return False
    writer.delete(_space(scope), function.encode())
    writer.delete(_IDS, url.id.encode())
    return True


def _space(scope: Scope) -> str:
    return f"functions/{scope.path}/urls"
