"""Policy documents and the decision they come to. Pure: no storage, no clock, no request.

`parse` compiles a document once per text; `evaluate` asks compiled documents about one access and says
not only yes or no but which statement decided and what would have to be added. Whose policies are asked,
and what is known about the request, is `identities`' business.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

import orjson

from millrace.core.context import Access
from millrace.core.errors import AwsError
from millrace.iam.conditions import Condition, compile_conditions
from millrace.iam.documents import as_list, is_object
from millrace.iam.patterns import Facts, Patterns, compile_patterns

# Of whom a document speaks: of the identity it hangs on, of who may assume a role, of who may use a resource.
Kind = Literal["identity", "trust", "resource"]

VERSIONS = ("2008-10-17", "2012-10-17")  # tuples: what is looked for may be any JSON value
DOCUMENT_MEMBERS = {"Version", "Id", "Statement"}
STATEMENT_MEMBERS = {
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
}  # fmt: skip
_TRUST_ACTIONS = {
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession",
    "sts:setsourceidentity", "sts:setcontext",
}  # fmt: skip
_EFFECTS = ("Allow", "Deny")
_PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}


# What AWS's sentences call the policies that were asked.
IDENTITY_BASED = "identity-based policy"
RESOURCE_BASED = "resource-based policy"
SESSION = "session policy"
BOUNDARY = "permissions boundary"


class Effect(Enum):
    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, for documents that name principals: an AWS identity by all its ARNs, or a service."""

    arns: frozenset[str] = frozenset()
    account: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal element: kind and text, for instance ("Service", "lambda.amazonaws.com")."""

    named: frozenset[tuple[str, str]]

    def match(self, caller: Caller) -> bool:
        return self.match_directly(caller) or self._match_account(caller)

    def match_directly(self, caller: Caller) -> bool:
        """Whether the caller itself is named, and not only its whole account."""
        if ("AWS", "*") in self.named or ("Service", caller.service) in self.named:
            return True
        return any(("AWS", arn) in self.named for arn in caller.arns)

    def _match_account(self, caller: Caller) -> bool:
        if not caller.account:
            return False
        root = f":iam::{caller.account}:root"
        return ("AWS", caller.account) in self.named or any(
            kind == "AWS" and text.startswith("arn:") and text.endswith(root) for kind, text in self.named
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """One compiled statement. `text` is its JSON, for people."""

    effect: Effect
    actions: Patterns
    not_action: bool
    resources: Patterns | None
    not_resource: bool
    principals: Principals | None
    not_principal: bool
    conditions: tuple[Condition, ...]
    text: str

    def applies(self, access: Access, facts: Facts, caller: Caller | None) -> bool:
        """Whether this statement speaks of this access. A variable without a value makes it silent."""
        if self.actions.matches(access.action, facts) is self.not_action:
            return False
        if self.resources is not None:
            matches = self.resources.matches(access.resource, facts)
            if matches is None or matches is self.not_resource:
                return False
        if self.principals is not None and (
            caller is None or self.principals.match(caller) is self.not_principal
        ):
            return False
        return all(condition.holds(facts) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Document:
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A document and where it comes from: `name` for people, `basis` as AWS's sentences call it."""

    name: str
    document: Document
    basis: str = IDENTITY_BASED


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one access, and why.

    `statement` (JSON) of policy `source` decided; both are empty when no statement spoke. `basis` is the kind
    of policy that allowed, denied, or should have allowed. `note` says what else stood in the way.

    Of a caller's own policies: `limited` if a boundary of its role or a policy of its session does not allow it,
    so that a resource's policy would have to name the session itself; `final` if nothing could allow it.
    """

    access: Access
    allowed: bool
    explicit_deny: bool = False
    basis: str = IDENTITY_BASED
    source: str = ""
    statement: str = ""
    note: str = ""
    limited: bool = False
    final: bool = False

    def message(self, caller_arn: str) -> str:
        """AWS's sentence to the client that was denied."""
        action, resource = self.access.action, self.access.resource
        article = "an" if self.basis[0] in "aeiou" else "a"
        because = (
            f"with an explicit deny in {article} {self.basis}"
            if self.explicit_deny
            else f"because no {self.basis} allows the {action} action"
        )
        return f"User: {caller_arn} is not authorized to perform: {action} on resource: {resource} {because}"

    @property
    def reason(self) -> str:
        """One sentence for people."""
        if self.note:
            return self.note
        if self.statement:
            verb = "allows" if self.allowed else "denies"
            return f"The {self.basis} {self.source} {verb} it: {self.statement}"
        return f"No {self.basis} allows {self.access.action} on {self.access.resource}."

    @property
    def remedy(self) -> str:
        """The statement, as JSON, that would allow it. After an explicit deny, that one must go as well."""
        statement = {"Effect": "Allow", "Action": self.access.action, "Resource": self.access.resource}
        return orjson.dumps(statement).decode()


def evaluate(
    policies: Iterable[Policy],
    access: Access,
    facts: Facts | None = None,
    *,
    caller: Caller | None = None,
    basis: str = IDENTITY_BASED,
) -> Decision:
    """What these policies say to `access`: one deny denies, otherwise one allow allows, otherwise no.

    `facts` are condition keys in lower case; those of `access` are added. `basis` is named when none speaks.
    """
    known: dict[str, Any] = {
        **(facts or {}),
        **{key.lower(): value for key, value in access.conditions.items()},
    }
    allowed: Decision | None = None
    for policy in policies:
        for statement in policy.document.statements:
            denies = statement.effect is Effect.DENY
            if (allowed is not None and not denies) or not statement.applies(access, known, caller):
                continue
            decision = Decision(access, not denies, denies, policy.basis, policy.name, statement.text)
            if denies:
                return decision
            allowed = decision
    return allowed or Decision(access, allowed=False, basis=basis)


def names_directly(document: Document, access: Access, facts: Facts, caller: Caller) -> bool:
    """Whether an allowing statement names the caller itself: then its own policies need not allow it too."""
    return any(
        statement.effect is Effect.ALLOW
        and statement.principals is not None
        and not statement.not_principal
        and statement.principals.match_directly(caller)
        and statement.applies(access, facts, caller)
        for statement in document.statements
    )


def join(own: Decision, resource: Decision, *, same_account: bool, directly: bool) -> Decision:
    """What a caller's own policies and the policy of the resource come to together.

    A deny of either denies. Across accounts both must allow; within one either may, the resource's only where
    it names the caller itself (`directly`): one that names the whole account leaves it to the own policies.
    """
    if own.explicit_deny or own.final:
        return own
    if not (same_account or resource.explicit_deny or resource.allowed):
        return resource
    if resource.explicit_deny:
        return resource
    return resource if same_account and directly and resource.allowed and not own.allowed else own


def malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", message, status=400)


SYNTAX = "Syntax errors in policy."


@lru_cache(maxsize=2048)
def parse(text: str, kind: Kind = "identity") -> Document:
    """Compile a policy document. Raises MalformedPolicyDocument with AWS's sentence.

    It takes all that was ever kept; `grammar` is stricter with what is to be kept.
    """
    try:
        raw: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise malformed("This policy contains invalid Json" if kind == "trust" else SYNTAX) from None
    if not is_object(raw) or not raw.keys() <= DOCUMENT_MEMBERS:
        raise malformed(SYNTAX)
    version = raw.get("Version", "2008-10-17")
    if version not in VERSIONS:
        raise malformed(SYNTAX)
    statements = as_list(raw.get("Statement"))
    if not statements:
        raise malformed("Could not parse the policy: Statement is empty!" if kind == "trust" else SYNTAX)
    check_sids(statements)
    return Document(tuple(_statement(each, kind, variables=version == "2012-10-17") for each in statements))


def check_sids(statements: list[Any]) -> None:
    """Raises MalformedPolicyDocument where two statements have one name; an empty one is none."""
    sids = [each["Sid"] for each in statements if is_object(each) and each.get("Sid", "") != ""]
    if not all(isinstance(sid, str) for sid in sids):
        raise malformed(SYNTAX)
    if len(set(sids)) < len(sids):
        raise malformed("Statement IDs (SID) in a single policy must be unique.")


def _statement(raw: Any, kind: Kind, *, variables: bool) -> Statement:
    if not is_object(raw) or not raw.keys() <= STATEMENT_MEMBERS or raw.get("Effect") not in _EFFECTS:
        raise malformed(SYNTAX)
    statement = raw
    effect = Effect(statement["Effect"])
    actions, not_action = _words(statement, "Action", "NotAction")
    if not actions:
        raise malformed("Policy statement must contain actions.")
    _check_actions(actions, kind)
    resources, not_resource = _resources(statement, kind)
    principals, not_principal = _principals(statement, kind, effect)
    try:
        conditions = compile_conditions(_block(statement), variables=variables)
    except (ValueError, OverflowError):
        raise malformed(SYNTAX) from None
    return Statement(
        effect,
        compile_patterns(actions, fold=True, variables=False),
        not_action,
        compile_patterns(resources, variables=variables) if resources else None,
        not_resource,
        principals,
        not_principal,
        conditions,
        orjson.dumps(statement).decode(),
    )


def _block(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    block = statement.get("Condition", {})
    if not is_object(block):
        raise malformed(SYNTAX)
    return block


def _words(statement: Mapping[str, Any], name: str, negated: str) -> tuple[list[str], bool]:
    """The texts of an element or of its negation, and which of both it was."""
    if name in statement and negated in statement:
        raise malformed(SYNTAX)
    texts = as_list(statement.get(name, statement.get(negated, [])))
    if not all(isinstance(text, str) for text in texts):
        raise malformed(SYNTAX)
    return texts, negated in statement


def _check_actions(actions: list[str], kind: Kind) -> None:
    for action in actions:
        vendor, colon, name = action.partition(":")
        if action != "*" and not (vendor and colon and name):
            raise malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
        if ":" in name:
            raise malformed("Actions/Condition can contain only one colon.")
        if kind == "trust" and action.lower() not in _TRUST_ACTIONS:
            raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")


def _resources(statement: Mapping[str, Any], kind: Kind) -> tuple[list[str], bool]:
    resources, not_resource = _words(statement, "Resource", "NotResource")
    if kind == "trust":
        if "Resource" in statement:
            raise malformed("Has prohibited field Resource")
        if "NotResource" in statement:
            raise malformed("AssumeRole policy must not contain resources.")
    elif not resources:
        raise malformed("Policy statement must contain resources.")
    for resource in resources if kind == "identity" else ():  # queues and topics take any text as Resource
        if (
            resource != "*"
            and not resource.startswith(("arn:", "arn*", "*:", "${", "?"))
            and ":" not in resource
        ):
            raise malformed(f'Resource {resource} must be in ARN format or "*".')
    return resources, not_resource


def _principals(statement: Mapping[str, Any], kind: Kind, effect: Effect) -> tuple[Principals | None, bool]:
    present = [name for name in ("Principal", "NotPrincipal") if name in statement]
    if kind == "identity":
        if present:
            raise malformed("Policy document should not specify a principal.")
        return None, False
    if not present:
        raise malformed("Missing required field Principal")
    if len(present) > 1:
        raise malformed(SYNTAX)
    if present == ["NotPrincipal"] and effect is Effect.ALLOW:
        raise malformed("Allow with NotPrincipal is not allowed.")
    return Principals(frozenset(_named(statement[present[0]]))), present == ["NotPrincipal"]


def _named(principal: Any) -> Iterable[tuple[str, str]]:
    kinds: Any = {"AWS": principal} if isinstance(principal, str) else principal
    if principal in ({}, "", []):
        raise malformed("Missing required field Principal cannot be empty!")
    if not is_object(kinds) or not kinds.keys() <= _PRINCIPAL_KINDS:
        raise malformed(SYNTAX)
    for kind in kinds:
        for text in _words(kinds, kind, "")[0]:
            if kind == "AWS" and not (text == "*" or text.startswith("arn:") or text.isdecimal()):
                raise malformed(f'Invalid principal in policy: "AWS":"{text}"')
            yield kind, text
