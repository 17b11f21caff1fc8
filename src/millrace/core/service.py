"""What a room hands to the server: its operations, and what a caller must be allowed to do for each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from millrace.core.arn import Scope
from millrace.core.context import Access, Operation, Params

# The text of the policy that hangs on the resource of an access; None if there is none.
ResourcePolicies = Callable[[Access], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Service:
    """The operations of one AWS service that are built, by AWS's names.

    What is missing here is answered with AWS's error for an unknown operation. `accesses` names what
    a request needs to be allowed, as the Service Authorization Reference does. `resource_policies` finds the
    policies of the service's resources, where those have some. Where such policies may also deny, and so bind those
    whose own policies allow it and even the root, `denying_policies` tells whether there are any. The operations
    `unsigned` may be called without a signature, by whoever comes; of the others `open_policies` finds what may allow
    them to whoever comes. An operation that is `piecemeal` is called whatever its caller may not do, and is told of it:
    it does the rest.
    """

    name: str
    operations: Mapping[str, Operation]
    accesses: Callable[[str, Scope, Params], Sequence[Access]]
    resource_policies: ResourcePolicies | None = None
    denying_policies: Callable[[], Awaitable[bool]] | None = None
    unsigned: frozenset[str] = frozenset()
    open_policies: ResourcePolicies | None = None
    piecemeal: frozenset[str] = frozenset()
