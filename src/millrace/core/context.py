"""Who calls, for which scope, under which request id: what every operation is told."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.core.presence import Presence


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller.

    `arn` is what GetCallerIdentity says: `arn:aws:iam::A:root`, `arn:aws:iam::A:user/NAME`,
    `arn:aws:sts::A:assumed-role/ROLE/SESSION`. `role` is the role's name when a role was assumed, and
    `user` the user's name when a user calls; root has neither and may do everything. `key` is the access key.
    """

    account: str
    arn: str
    user_id: str
    key: str = ""
    role: str | None = None
    user: str | None = None

    @property
    def is_root(self) -> bool:
        return self.role is None and self.user is None

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody signed the request: see `ANONYMOUS`."""
        return self.arn == "*"


# Who asks without a signature: only the policy of a resource can allow anything to everyone.
ANONYMOUS = Principal("anonymous", "*", "anonymous", user="anonymous")


@dataclass(slots=True)
class Context:
    """One request, as its operation sees it. `response_headers` are added to the answer.

    `headers` are the request's, with names in lower case; `base_path` is what a proxy shows this server under.
    `client` tells those who keep it waiting whether the caller is still there. `refusals` are the resources that the
    caller may not use, and why, for an operation that does what it may.

    Nobody changes it. It is not frozen because one is made for every request, and freezing takes time.
    """

    scope: Scope
    principal: Principal
    request_id: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    base_path: str = ""
    response_headers: dict[str, str] = field(default_factory=dict[str, str])
    client: Presence = field(default_factory=Presence)
    refusals: Mapping[str, AwsError] = field(default_factory=dict[str, AwsError])

    @property
    def reached_at(self) -> str:
        """The address that the caller knows this server by, as far as it and the proxies between tell; else "".

        Few operations ask for it, so it is put together only for those.
        """
        host = self.headers.get("host")
        if not host:
            return ""
        scheme = "https" if self.headers.get("x-forwarded-proto") == "https" else "http"
        return f"{scheme}://{host}{self.base_path}"


Params = Mapping[str, Any]
Output = Mapping[str, Any]
# What the server calls for an operation: checked and decoded parameters in, a modelled result out.
Operation = Callable[[Context, Params], Awaitable[Output]]


@dataclass(frozen=True, slots=True)
class Access:
    """One thing a caller must be allowed to do for its request: an action on a resource.

    Some condition keys have several values, for instance `dynamodb:LeadingKeys`.
    """

    action: str
    resource: str
    conditions: Mapping[str, str | Sequence[str]] = field(default_factory=dict[str, str])

    def under(self, known: Mapping[str, str]) -> "Access":
        """The same with more condition keys, for instance those that every request has."""
        return Access(self.action, self.resource, {**known, **self.conditions})
