"""Whether a function's role may read a stream: Lambda reads it with the role, and so do mappings here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import orjson

from millrace.core import arn as arns
from millrace.core.context import Access
from millrace.iam.policy import Decision

_ON_STREAM = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
# AWS knows no resource for it, so policies that work there may name `*` alone.
_ON_ALL = "dynamodb:ListStreams"
_PROBLEM = "PROBLEM: "
_CANNOT_ACCESS = "Cannot access stream"


class Identities(Protocol):
    """Whoever can say what a role may do."""

    async def decide_role(self, account: str, role_name: str, access: Access) -> Decision: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a stream cannot be read. `remedy` is the statement, as JSON, that the role lacks."""

    message: str
    reason: str
    remedy: str

    @property
    def result(self) -> str:
        """LastProcessingResult: AWS's words, then ours."""
        return f"{_PROBLEM}{self.message} {self.reason}"


def transition_reason(result: str) -> str:
    """StateTransitionReason beside a LastProcessingResult: the lost permission, else what the user did."""
    problem = result.removeprefix(_PROBLEM)
    return problem if problem != result and problem.startswith(_CANNOT_ACCESS) else "User action"


async def refusal(identities: Identities, role_arn: str, stream_arn: str) -> Refusal | None:
    """None if the role may read the stream."""
    denied = await _denied(identities, role_arn, stream_arn)
    if not denied:
        return None
    statement = {
        "Effect": "Allow",
        "Action": [decision.access.action for decision in denied],
        "Resource": stream_arn,
    }
    return Refusal(cannot_access(stream_arn), denied[0].reason, orjson.dumps(statement).decode())


def cannot_access(stream_arn: str) -> str:
    """AWS's sentence; it names all four actions, whichever is missing."""
    return (
        f"{_CANNOT_ACCESS} {stream_arn}. Please ensure the role can perform the GetRecords, "
        "GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM."
    )


async def _denied(identities: Identities, role_arn: str, stream_arn: str) -> Sequence[Decision]:
    role = arns.parse(role_arn)
    name = role.resource.rpartition("/")[2]
    known = {"aws:RequestedRegion": arns.parse(stream_arn).region}

    async def decide(action: str, resource: str) -> Decision:
        return await identities.decide_role(role.account, name, Access(action, resource, known))

    decisions = [await decide(action, stream_arn) for action in _ON_STREAM]
    listing = await decide(_ON_ALL, stream_arn)
    if not listing.allowed and (await decide(_ON_ALL, "*")).allowed:
        return [decision for decision in decisions if not decision.allowed]
    return [decision for decision in [*decisions, listing] if not decision.allowed]
