"""Function URLs: which functions and aliases have one, how it is configured, and whose an id is.

Answering requests to them is the server's business; `url_event` and `cors` say what those mean.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.functions import resource_policy
from millrace.functions.names import Reference
from millrace.storage.interface import Reader, Writer

# Where every client finds them; browsers are sent on to a host name of the function's own.
PATH = "/_millrace/url/"
# The second label of such a host name, as in AWS's ID.lambda-url.REGION.on.aws.
LABEL = "lambda-url"
BUFFERED = "BUFFERED"
STREAMED = "RESPONSE_STREAM"

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
    alias: str | None = None  # whose it is, if it is not the function's own

    @property
    def reference(self) -> Reference:
        return Reference(self.function, self.alias)


@dataclass(frozen=True, slots=True)
class Found:
    """What an id leads to. `policy` is the resource policy of the function or alias, if it has one."""

    scope: Scope
    url: FunctionUrl
    policy: str | None

    @property
    def function_arn(self) -> str:
        return self.url.reference.arn(self.scope)

    @property
    def host(self) -> str:
        """The host name of its own, which resolves to this machine in browsers."""
        return f"{self.url.id}.{LABEL}.{self.scope.region}.localhost"


def address(endpoint: str, url_id: str) -> str:
    """FunctionUrl: the form that works with every client."""
    return f"{endpoint}{PATH}{url_id}/"


def find(reader: Reader, scope: Scope, reference: Reference) -> FunctionUrl | None:
    """The URL of a function or of one of its aliases. The former's is not the latter's."""
    raw = reader.get(_space(scope), _key(reference))
    return None if raw is None else FunctionUrl(**orjson.loads(raw))


def all_of(reader: Reader, scope: Scope, function: str) -> Iterator[FunctionUrl]:
    """A function's own URL, then those of its aliases in the order of their names."""
    own = find(reader, scope, Reference(function))
    if own is not None:
        yield own
    for _, raw in reader.range(_space(scope), f"{function}:".encode(), f"{function};".encode()):
        yield FunctionUrl(**orjson.loads(raw))


def lookup(reader: Reader, url_id: str) -> Found | None:
    """Whose an id is, wherever that lives."""
    raw = reader.get(_IDS, url_id.encode(errors="replace"))
    if raw is None:
        return None
    place: dict[str, str | None] = orjson.loads(raw)
    scope = Scope(str(place["account"]), str(place["region"]), str(place["partition"]))
    reference = Reference(str(place["function"]), place.get("alias"))
    url = find(reader, scope, reference)
    return None if url is None else Found(scope, url, resource_policy.text(reader, scope, reference.text))


def put(writer: Writer, scope: Scope, url: FunctionUrl) -> None:
    """Make or replace the URL of a function or alias."""
    place = {
        "account": scope.account,
        "region": scope.region,
        "partition": scope.partition,
        "function": url.function,
        "alias": url.alias,
    }
    writer.put(_space(scope), _key(url.reference), orjson.dumps(url))
    writer.put(_IDS, url.id.encode(), orjson.dumps(place))


def remove(writer: Writer, scope: Scope, reference: Reference) -> bool:
    """Take the URL of a function or alias away; whether there was one."""
    url = find(writer, scope, reference)
    if url is None:
        return False
    writer.delete(_space(scope), _key(reference))
    writer.delete(_IDS, url.id.encode())
    return True


def remove_all(writer: Writer, scope: Scope, function: str) -> None:
    """The function goes: its URL and those of its aliases go with it."""
    for url in list(all_of(writer, scope, function)):
        remove(writer, scope, url.reference)


def _space(scope: Scope) -> str:
    return f"functions/{scope.path}/urls"


def _key(reference: Reference) -> bytes:
    return reference.text.encode()
