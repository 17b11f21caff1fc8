"""SimulatePrincipalPolicy and SimulateCustomPolicy: what policies would say, and which statements say it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from millrace.core import arn
from millrace.core.context import Access, Context, Operation, Output, Params, Principal
from millrace.core.errors import AwsError
from millrace.iam.entities import Holder, Role
from millrace.iam.grammar import check_document
from millrace.iam.identities import Identities, facts_of, tag_facts
from millrace.iam.paging import after, page
from millrace.iam.patterns import Facts
from millrace.iam.policy import Effect, parse
from millrace.iam.registry import ROLES, USERS, find_document, validation_error
from millrace.storage.interface import Reader

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """One document that takes part, by the name that the answer gives it."""

    id: str
    text: str

    def matching(self, access: Access, facts: Facts) -> list[tuple[Effect, dict[str, Any]]]:
        """The statements that speak of the access, with their places in the text."""
        statements = parse(self.text).statements
        places = spans(self.text)
        return [
            (statement.effect, _show(self, places[at]))
            for at, statement in enumerate(statements)
            if statement.applies(access, facts, None)
        ]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is simulated: policies, the boundary that limits them (None: none), and what is known of who asks."""

    policies: Sequence[Source]
    boundary: Sequence[Source] | None
    facts: Facts


def simulation_operations(iam: Identities) -> dict[str, Operation]:
    return {
        "SimulateCustomPolicy": simulate_custom_policy,
        "SimulatePrincipalPolicy": partial(simulate_principal_policy, iam),
    }


async def simulate_custom_policy(context: Context, params: Params) -> Output:
    del context
    return _answer(_with_input(Subject((), None, {}), params), params, {})


async def simulate_principal_policy(iam: Identities, context: Context, params: Params) -> Output:
    account, now = context.scope.account, iam.clock.now()

    def read(reader: Reader) -> Subject:
        holder = _holder(reader, account, params["PolicySourceArn"])
        return _subject(reader, account, holder, now)

    subject = _with_input(await iam.storage.read(read), params)
    return _answer(subject, params, {"OrganizationsDecisionDetail": {"AllowedByOrganizations": True}})


def spans(text: str) -> list[Span]:
    """Where each statement of a document begins and ends."""
    decoder, at = json.JSONDecoder(), text.index('"Statement"') + len('"Statement"')
    at = text.index(":", at) + 1
    begin = at + len(text[at:]) - len(text[at:].lstrip())
    if text[begin] != "[":
        return [(begin, decoder.raw_decode(text, begin)[1])]
    found: list[Span] = []
    at = begin + 1
    while (at := text.find("{", at)) >= 0 and text[begin + 1 if not found else found[-1][1] : at].strip() in (
        "",
        ",",
    ):
        found.append((at, decoder.raw_decode(text, at)[1]))
        at = found[-1][1]
    return found


def _holder(reader: Reader, account: str, source: str) -> Holder:
    """The role or user of an ARN. Raises InvalidInput, NoSuchEntity."""
    try:
        kind, _, name = arn.parse(source).resource.partition("/")
    except ValueError:
        kind = name = ""
    name = name.rpartition("/")[2]
    if kind == "role":
        return ROLES.get(reader, account, name)
    if kind == "user":
        return USERS.get(reader, account, name)
    raise _invalid(f"Invalid Entity Arn: {source} does not clearly define entity type and name.")


def _subject(reader: Reader, account: str, holder: Holder, now: float) -> Subject:
    role = isinstance(holder, Role)
    noun = "role" if role else "user"
    policies = [Source(f"{noun}_{holder.name}_{name}", text) for name, text in holder.inline.items()]
    policies.extend(_managed(reader, account, holder.attached))
    boundary = None if holder.boundary is None else _managed(reader, account, [holder.boundary])
    names = {"role": holder.name} if role else {"user": holder.name}
    facts = facts_of(Principal(account, holder.arn, holder.id, **names), now)
    return Subject(policies, boundary, {**facts, **tag_facts("aws:principaltag", holder.tags)})


def _managed(reader: Reader, account: str, arns: Iterable[str]) -> list[Source]:
    found = [(each, find_document(reader, account, each)) for each in arns]
    return [Source(each.rpartition("/")[2], text) for each, text in found if text is not None]


def _with_input(subject: Subject, params: Params) -> Subject:
    """The subject, with the policies, the boundary and the context that a request brings."""
    if params.get("ResourcePolicy") is not None:
        raise _invalid("ResourcePolicy is not supported by millrace yet; docs/coverage.md lists what is.")
    boundary = subject.boundary
    if params.get("PermissionsBoundaryPolicyInputList"):
        boundary = _input(params, "PermissionsBoundaryPolicyInputList")
    facts: dict[str, str | Sequence[str]] = dict(subject.facts)
    for entry in params.get("ContextEntries") or ():
        values: list[str] = entry.get("ContextKeyValues") or []
        facts[str(entry.get("ContextKeyName", "")).lower()] = values[0] if len(values) == 1 else values
    return Subject([*subject.policies, *_input(params, "PolicyInputList")], boundary, facts)


def _input(params: Params, member: str) -> list[Source]:
    sources = [Source(f"{member}.{at}", text) for at, text in enumerate(params.get(member) or (), 1)]
    for source in sources:
        try:
            check_document(source.text, managed=False)
        except AwsError as error:
            raise _invalid(f"{source.id}: {error.message}") from None
    return sources


def _answer(subject: Subject, params: Params, more: dict[str, Any]) -> Output:
    asked = [
        Access(action, resource)
        for action in params["ActionNames"]
        for resource in params.get("ResourceArns") or ["*"]
    ]
    marker = after(params) or "0"
    if not marker.isdecimal():
        raise validation_error("Invalid Marker.")
    rest = list(enumerate(asked, 1))[int(marker) :]

    def show(numbered: tuple[int, Access]) -> dict[str, Any]:
        return {**_result(subject, numbered[1]), **more}

    return page("EvaluationResults", rest, params, lambda numbered: str(numbered[0]), show)


def _result(subject: Subject, access: Access) -> dict[str, Any]:
    decision, matched = _decide(subject.policies, access, subject.facts)
    limits: dict[str, Any] = {}
    if subject.boundary is not None:
        within, narrowing = _decide(subject.boundary, access, subject.facts)
        limits = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": within == "allowed"}}
        if decision == "allowed" and within != "allowed":
            decision, matched = within, narrowing
    seen = {"MatchedStatements": matched, "MissingContextValues": []}
    single = {"EvalResourceName": access.resource, "EvalResourceDecision": decision, **seen, **limits}
    return {
        "EvalActionName": access.action,
        "EvalResourceName": access.resource,
        "EvalDecision": decision,
        **seen,
        **limits,
        "EvalDecisionDetails": {},
        "ResourceSpecificResults": [single],
    }


def _decide(sources: Iterable[Source], access: Access, facts: Facts) -> tuple[str, list[dict[str, Any]]]:
    """The decision, and the statements that make it."""
    found = [each for source in sources for each in source.matching(access, facts)]
    denying = [shown for effect, shown in found if effect is Effect.DENY]
    if denying:
        return "explicitDeny", denying
    return ("allowed" if found else "implicitDeny"), [shown for _, shown in found]


def _show(source: Source, span: Span) -> dict[str, Any]:
    begin, end = _position(source.text, span[0] + 1), _position(source.text, span[1])
    return {
        "SourcePolicyId": source.id,
        "SourcePolicyType": "IAM Policy",
        "StartPosition": begin,
        "EndPosition": end,
    }


def _position(text: str, at: int) -> dict[str, int]:
    """A place, counted from 1: those that AWS tells of a statement lie behind its first and its last brace."""
    return {"Line": text.count("\n", 0, at) + 1, "Column": at - text.rfind("\n", 0, at)}


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidInput", message, status=400)
