"""Who a key speaks for, what they may do, and the keys of roles that are assumed.

The server asks `credential` and `authorise` on every signed request, mappings ask `decide_role`, functions
`assume` and `role_trusts`. All of them read the database each time, so a changed policy acts at once.
Operations on IAM's own entities are in roles, users, policies and keys.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from millrace.core import arn, ids, limits
from millrace.core.clock import Clock, iso_milliseconds
from millrace.core.context import Access, Principal
from millrace.core.errors import AwsError
from millrace.core.service import ResourcePolicies
from millrace.iam.denials import Denial, Denials
from millrace.iam.entities import Holder, Key, Role, encode
from millrace.iam.patterns import Facts
from millrace.iam.policy import (
    BOUNDARY,
    RESOURCE_BASED,
    SESSION,
    Caller,
    Decision,
    Policy,
    evaluate,
    join,
    names_directly,
    parse,
)
from millrace.iam.registry import (
    KEYS,
    ROLES,
    SESSIONS,
    USERS,
    find_document,
    find_key,
    no_such_entity,
    validation_error,
)
from millrace.storage.interface import Reader, Storage, Writer

# The query services answer with an older code, and with 403.
_QUERY_SERVICES = ("iam", "sts", "sns")
_FORBIDDING = ("lambda", "sqs")
_ROOT = "The root of an account may do everything."
# What no resource policy can deny to the root, so that nobody is locked out for good:
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteResourcePolicy.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
_ROOTS_ALWAYS = frozenset(
    (
        "dynamodb:DeleteResourcePolicy",
        "s3:DeleteBucketPolicy",
        "s3:GetBucketPolicy",
        "s3:PutBucketPolicy",
        "sqs:SetQueueAttributes",
        "sqs:DeleteQueue",
        "SNS:SetTopicAttributes",
        "SNS:DeleteTopic",
    )
)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a signature is checked with, and who it then is."""

    secret: str
    principal: Principal


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials. `expiration` is epoch seconds."""

    access_key: str
    secret: str
    token: str
    expiration: float
    principal: Principal


@dataclass(frozen=True, slots=True)
class SessionTags:
    """The tags of a session, and the keys of those that go on to the next role it assumes."""

    tags: Mapping[str, str]
    transitive: tuple[str, ...] = ()


NO_TAGS = SessionTags({})


class Identities:
    """`root_keys` are access keys and their credentials that settings give, beside those in the database."""

    def __init__(
        self, storage: Storage, clock: Clock, root_keys: Mapping[str, Credential] | None = None
    ) -> None:
        self.storage = storage
        self.clock = clock
        self._root_keys = root_keys or {}
        self._denials = Denials(storage)

    async def credential(
        self, access_key: str, session_token: str | None, *, service: str = ""
    ) -> Credential | None:
        """The secret and principal of an access key; None if nobody issued it.

        Raises UnrecognizedClientException for an issued key that is inactive or comes without its token (on an
        open server an unknown key may be anyone's, an issued one never is), and ExpiredTokenException
        (ExpiredToken of the query services) for a session that has ended.
        """
        given = self._root_keys.get(access_key)
        if given is not None:
            return given
        key = await self.storage.read(lambda reader: find_key(reader, access_key))
        if key is None:
            return None
        if not key.active:
            raise unrecognized()
        if key.token is not None and not hmac.compare_digest(
            key.token.encode(), (session_token or "").encode()
        ):
            raise unrecognized()
        if key.expires is not None and key.expires <= self.clock.now():
            raise expired(service)
        return Credential(key.secret, key.principal)

    async def authorise(
        self,
        principal: Principal,
        accesses: Sequence[Access],
        *,
        service: str,
        resource_policies: ResourcePolicies | None = None,
        denying: bool = False,
    ) -> None:
        """Return if the principal may do all of it. Raises AccessDeniedException, or AccessDenied in IAM's way.

        `resource_policies` are asked where the principal's own policies are silent; where they may be `denying`,
        also where its own policies, or its being the root, allow it.
        """
        if not accesses or (principal.is_root and not denying):
            return
        for own in await self._own(principal, accesses):
            if principal.is_root and own.access.action in _ROOTS_ALWAYS:
                continue
            decision = own
            if resource_policies is not None and not own.explicit_deny and (denying or not own.allowed):
                document = await resource_policies(own.access)
                decision = own if document is None else await self._join(principal, own, document)
            if not decision.allowed:
                if not principal.is_root:
                    self._record(principal.account, _identity(principal), decision)
                raise denied(decision.message(principal.arn), service)

    async def _own(self, principal: Principal, accesses: Sequence[Access]) -> list[Decision]:
        """What a principal may do as far as resources' policies do not come into it."""
        if principal.is_root:
            return [Decision(access, allowed=True, note=_ROOT) for access in accesses]
        return await self.decide(principal, accesses)

    async def decide(self, principal: Principal, accesses: Sequence[Access]) -> list[Decision]:
        """What the policies of a user or of an assumed role say to each access."""
        facts = self.facts(principal)
        return await self.storage.read(lambda reader: _decide(reader, principal, accesses, facts))

    async def decide_on(self, principal: Principal | None, access: Access, document: str | None) -> Decision:
        """What a caller's policies and the policy of the resource, if it has one, say together.

        Without a principal anyone asks: then the resource's policy alone can allow it.
        """
        if principal is None:
            return _decide_resource(document, access, _time_facts(self.clock.now()), Caller())
        own = (await self._own(principal, [access]))[0]
        decision = await self._join(principal, own, document)
        if not (decision.allowed or principal.is_root):
            self._record(principal.account, _identity(principal), decision)
        return decision

    async def caller(self, principal: Principal) -> Caller:
        """A principal by all the ARNs that a policy may name it by: a session is also its role."""
        if principal.role is None:
            return Caller(frozenset([principal.arn]), principal.account)
        return await self.storage.read(lambda reader: caller_of(reader, principal))

    async def _join(self, principal: Principal, own: Decision, document: str | None) -> Decision:
        access, facts, caller = own.access, self.facts(principal), await self.caller(principal)
        known = {**facts, **{key.lower(): value for key, value in access.conditions.items()}}
        named = Caller(frozenset([principal.arn]), principal.account) if own.limited else caller
        directly = document is not None and names_directly(parse(document, "resource"), access, known, named)
        resource = _decide_resource(document, access, facts, caller)
        # A bucket's ARN names no account: all there are belong to one.
        same_account = _account_of(access.resource) in ("", principal.account)
        return join(own, resource, same_account=same_account, directly=directly)

    async def decide_role(self, account: str, role_name: str, access: Access) -> Decision:
        """What a role's policies say, without a session: for mappings."""
        now = self.clock.now()

        def read(reader: Reader) -> Decision:
            role = ROLES.find(reader, account, role_name)
            if role is None:
                return Decision(access, allowed=False, note=f"The role {role_name} does not exist.")
            facts = {**_time_facts(now), "aws:principalarn": role.arn, "aws:principalaccount": account}
            return decide_holder(reader, account, role, access, facts)

        decision = await self.storage.read(read)
        if not decision.allowed:
            self._record(account, f"role/{role_name}", decision)
        return decision

    async def assume(
        self,
        account: str,
        role_arn: str,
        session_name: str,
        seconds: int,
        *,
        policies: Sequence[str] = (),
        tags: SessionTags = NO_TAGS,
    ) -> Session:
        """Credentials of a role, to be used by a function, or by who was found trustworthy.

        `policies` are documents that narrow the session. Raises NoSuchEntity if the role is not there.
        """
        name = role_arn.rpartition("/")[2]
        role = await self.storage.read(lambda reader: ROLES.get(reader, account, name))
        if role.arn != role_arn:
            raise no_such_entity(f"The role with name {name} cannot be found.")
        parts = arn.parse(role.arn)
        session_arn = parts.scope.sts_arn(f"assumed-role/{name}/{session_name}")
        principal = Principal(account, session_arn, f"{role.id}:{session_name}", role=name)
        return await self.issue(principal, seconds, policies=policies, tags=tags)

    async def session_tags(self, principal: Principal) -> SessionTags:
        """The tags of the session that a caller's key belongs to; none of other keys."""
        key = await self.storage.read(lambda reader: find_key(reader, principal.key))
        return NO_TAGS if key is None else SessionTags(key.tags, key.transitive)

    async def issue(
        self,
        principal: Principal,
        seconds: int,
        *,
        policies: Sequence[str] = (),
        tags: SessionTags = NO_TAGS,
    ) -> Session:
        """Make and keep temporary credentials for a principal."""
        now = self.clock.now()
        access_key, secret, token = ids.unique_id("ASIA"), ids.secret_key(), ids.session_token()
        owner = Principal(
            principal.account, principal.arn, principal.user_id, access_key, principal.role, principal.user
        )
        key = Key(
            secret,
            owner,
            now,
            token=token,
            expires=now + seconds,
            policies=tuple(policies),
            tags=tags.tags,
            transitive=tags.transitive,
        )

        def write(writer: Writer) -> None:
            _forget_sessions(writer, now - limits.session_kept_seconds)
            writer.put(KEYS, access_key.encode(), encode(key))
            writer.put(SESSIONS, _end_key(now + seconds) + access_key.encode(), b"")

        await self.storage.write(write)
        return Session(access_key, secret, token, now + seconds, owner)

    async def role_trusts(self, role_arn: str, service: str) -> bool:
        """Whether the role is there and lets a service (`lambda.amazonaws.com`) assume it."""
        role = await self.role(role_arn)
        if role is None:
            return False
        access = Access("sts:AssumeRole", role_arn)
        facts = _time_facts(self.clock.now())
        return evaluate([trust_of(role)], access, facts, caller=Caller(service=service)).allowed

    async def role(self, role_arn: str) -> Role | None:
        """The role of this ARN, if there is one. Raises ValidationError for what is not an ARN."""
        try:
            account = arn.parse(role_arn).account
        except ValueError:
            raise validation_error(f"{role_arn} is invalid") from None
        name = role_arn.rpartition("/")[2]
        role = await self.storage.read(lambda reader: ROLES.find(reader, account, name))
        return role if role is not None and role.arn == role_arn else None

    async def root_key(self, account: str) -> tuple[str, str]:
        """The access key and secret of the account's root: made the first time, and kept."""
        access_key, secret, now = ids.unique_id("AKIA"), ids.secret_key(), self.clock.now()
        principal = Principal(account, f"arn:aws:iam::{account}:root", account, access_key)

        def write(writer: Writer) -> tuple[str, str]:
            kept = writer.get(f"iam/{account}/root", b"key")
            key = None if kept is None else find_key(writer, kept.decode())
            if kept is not None and key is not None:
                return kept.decode(), key.secret
            writer.put(f"iam/{account}/root", b"key", access_key.encode())
            writer.put(KEYS, access_key.encode(), encode(Key(secret, principal, now)))
            return access_key, secret

        return await self.storage.write(write)

    async def denials(self, account: str, identity: str | None) -> list[Denial]:
        """What `role/NAME` or `user/NAME`, or anyone who is there, was denied lately, the newest first."""
        if identity is None:
            return await self._denials.every(account)
        return await self._denials.last(account, identity)

    async def settle(self) -> None:
        """Finish what is written in the background; call it before the storage closes."""
        await self._denials.settle()

    def second(self) -> float:
        """The time in whole epoch seconds: IAM tells no finer."""
        return float(int(self.clock.now()))

    def facts(self, principal: Principal) -> dict[str, str]:
        """The condition keys that a principal brings with it."""
        return facts_of(principal, self.clock.now())

    def _record(self, account: str, identity: str, decision: Decision) -> None:
        self._denials.record(account, identity, decision, self.clock.now())


def denied(message: str, service: str) -> AwsError:
    """No: in the words of the service that was asked."""
    if service == "sns":
        return AwsError("AuthorizationErrorException", message, status=403)
    if service in _QUERY_SERVICES:
        return AwsError("AccessDenied", message, status=403)
    return AwsError("AccessDeniedException", message, status=403 if service in _FORBIDDING else 400)


def unrecognized() -> AwsError:
    """No such key opens anything. The query services call it InvalidClientTokenId, see `wire.query_xml`."""
    return AwsError("UnrecognizedClientException", "The security token included in the request is invalid.")


def expired(service: str) -> AwsError:
    message = "The security token included in the request is expired"
    if service in _QUERY_SERVICES:
        return AwsError("ExpiredToken", message, status=403)
    return AwsError("ExpiredTokenException", message, status=403 if service in _FORBIDDING else 400)


def facts_of(principal: Principal, now: float) -> dict[str, str]:
    """The condition keys that a principal brings with it at a time."""
    facts = {
        **_time_facts(now),
        "aws:principalarn": principal.arn,
        "aws:principalaccount": principal.account,
        "aws:userid": principal.user_id,
        "aws:principaltype": "AssumedRole" if principal.role else ("User" if principal.user else "Account"),
    }
    if principal.user is not None:
        facts["aws:username"] = principal.user
    return facts


def tag_facts(name: str, tags: Mapping[str, str]) -> dict[str, str]:
    """The condition keys of tags: `name` is `aws:principaltag` or `aws:requesttag`."""
    return {f"{name}/{key.lower()}": value for key, value in tags.items()}


def caller_of(reader: Reader, principal: Principal) -> Caller:
    """A principal by all the ARNs that a policy may name it by."""
    role = None if principal.role is None else ROLES.find(reader, principal.account, principal.role)
    arns = [principal.arn] if role is None else [principal.arn, role.arn]
    return Caller(frozenset(arns), principal.account)


def root_credential(account: str, access_key: str, secret: str) -> Credential:
    return Credential(secret, Principal(account, f"arn:aws:iam::{account}:root", account, access_key))


def trust_of(role: Role) -> Policy:
    return Policy(role.name, parse(role.trust, "trust"), "role trust policy")


def decide_holder(reader: Reader, account: str, holder: Holder, access: Access, facts: Facts) -> Decision:
    """What the policies of a role or user say, within its permissions boundary."""
    if holder.tags:
        facts = {**tag_facts("aws:principaltag", holder.tags), **facts}
    decision = evaluate(_policies_of(reader, account, holder), access, facts)
    if holder.boundary is None:
        return decision
    boundary = _managed(reader, account, holder.boundary, BOUNDARY)
    within = evaluate(boundary, access, facts, basis=BOUNDARY)
    # What a resource's policy allows to a user is not limited by what the user's boundary leaves out.
    return _narrowed(decision, within, limits_resources=isinstance(holder, Role))


def _narrowed(decision: Decision, within: Decision, *, limits_resources: bool) -> Decision:
    """What policies say within others: a deny of either denies, whatever else there is.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if decision.explicit_deny or within.allowed:
        return decision
    denied_by = within if within.explicit_deny or decision.allowed else decision
    return replace(denied_by, limited=limits_resources or decision.limited)


def _decide(reader: Reader, principal: Principal, accesses: Sequence[Access], facts: Facts) -> list[Decision]:
    holder = _holder(reader, principal)
    if holder is None:
        note = f"{_identity(principal)} does not exist any more."
        return [Decision(access, allowed=False, note=note, final=True) for access in accesses]
    key = find_key(reader, principal.key) if principal.key else None
    if key is not None and key.tags:
        facts = {**facts, **tag_facts("aws:principaltag", key.tags)}
    narrowing = [Policy("of the session", parse(text), SESSION) for text in (key.policies if key else ())]
    decisions: list[Decision] = []
    for access in accesses:
        decision = decide_holder(reader, principal.account, holder, access, facts)
        if narrowing:
            within = evaluate(narrowing, access, facts, basis=SESSION)
            decision = _narrowed(decision, within, limits_resources=True)
        decisions.append(decision)
    return decisions


def _decide_resource(document: str | None, access: Access, facts: Facts, caller: Caller) -> Decision:
    policies = [] if document is None else [Policy("default", parse(document, "resource"), RESOURCE_BASED)]
    return evaluate(policies, access, facts, caller=caller, basis=RESOURCE_BASED)


def _account_of(resource: str) -> str:
    try:
        return arn.parse(resource).account
    except ValueError:
        return ""


def _holder(reader: Reader, principal: Principal) -> Holder | None:
    """The role or user a principal is, unless another one has its name by now."""
    if principal.role is not None:
        holder: Holder | None = ROLES.find(reader, principal.account, principal.role)
    else:
        holder = USERS.find(reader, principal.account, principal.user or "")
    same = holder is not None and holder.id == principal.user_id.partition(":")[0]
    return holder if same else None


def _policies_of(reader: Reader, account: str, holder: Holder) -> list[Policy]:
    policies = [Policy(name, parse(text)) for name, text in holder.inline.items()]
    for attached in holder.attached:
        policies.extend(_managed(reader, account, attached))
    return policies


def _managed(
    reader: Reader, account: str, policy_arn: str, basis: str = "identity-based policy"
) -> list[Policy]:
    text = find_document(reader, account, policy_arn)
    return [] if text is None else [Policy(policy_arn, parse(text), basis)]


def _identity(principal: Principal) -> str:
    return f"role/{principal.role}" if principal.role is not None else f"user/{principal.user}"


def _time_facts(now: float) -> dict[str, str]:
    return {"aws:currenttime": iso_milliseconds(now), "aws:epochtime": str(int(now))}


def _end_key(expires: float) -> bytes:
    return int(expires).to_bytes(8, "big")


def _forget_sessions(writer: Writer, ended_before: float) -> None:
    """Remove a few sessions that ended long ago; each new one makes room so."""
    ended = [key for key, _ in writer.range(SESSIONS, b"", _end_key(ended_before), limit=16)]
    for key in ended:
        writer.delete(SESSIONS, key)
        writer.delete(KEYS, key[8:])
