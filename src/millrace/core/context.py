"""Who calls, for which scope, under which request id: what every operation is told."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from millrace.core.arn import Scope


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


@dataclass(slots=True)
class Context:
    """One request, as its operation sees it. `response_headers` are added to the answer.

    `reached_at` is the address that the caller knows this server by, "" if it did not tell.
    Nobody changes it. It is not frozen because one is made for every request, and freezing takes time.
    """

    scope: Scope
    principal: Principal
    request_id: str
    reached_at: str = ""
    response_headers: dict[str, str] = field(default_factory=dict[str, str])


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
