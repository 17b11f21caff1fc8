"""Operations on the policies of tables and streams: PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy.

They act at once. AWS lets up to four minutes pass, and refuses to change a policy again within 15 seconds: that
protects a service of many machines and would only keep tests waiting, so it is left out. Sentences are those that
moto's tests recorded on AWS, and ack-api-quirks DDB-TABLE-205 to -214.
"""

from collections.abc import Mapping

from millrace.core import arn as arns
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import Access, Context, Operation, Output, Params
from millrace.core.errors import AwsError, access_denied, validation_error
from millrace.dynamodb import admission, catalog, policy_document
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.definition import invalid
from millrace.dynamodb.policy_document import Canonical
from millrace.iam.identities import caller_of, facts_of
from millrace.iam.policy import RESOURCE_BASED, Policy, evaluate, parse
from millrace.iam.registry import ROLES, USERS
from millrace.storage.interface import Reader, Storage, Writer
from millrace.streams import log, resource_policy
from millrace.streams.resource_policy import Kept

_NO_POLICY = "NO_POLICY"
# How AWS's API Reference has clients send ConfirmRemoveSelfResourceAccess; SDKs send the member.
_CONFIRM = "x-amz-confirm-remove-self-resource-access"


class ResourcePolicies:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DeleteResourcePolicy": self.delete_resource_policy,
            "GetResourcePolicy": self.get_resource_policy,
            "PutResourcePolicy": self.put_resource_policy,
        }

    async def put_resource_policy(self, context: Context, params: Params) -> Output:
        arn: str = params["ResourceArn"]
        name, stream = _resource(context.scope, arn)
        document = policy_document.canonical(params["Policy"], stream=stream)
        confirmed = params.get("ConfirmRemoveSelfResourceAccess") or context.headers.get(_CONFIRM) == "true"
        now = self._clock.now()

        def put(writer: Writer) -> Output:
            _check_changeable(writer, context.scope, arn, name)
            before = resource_policy.find(writer, arn)
            _check_revision(params.get("ExpectedRevisionId"), before, name)
            _check_principals(writer, context.scope.account, document)
            if not confirmed:
                _check_lockout(writer, context, arn, document, now)
            if before is not None and before.text is not None and before.sent == document.sent:
                return {"RevisionId": before.revision}
            return {
                "RevisionId": resource_policy.put(writer, arn, document.text, document.sent, now).revision
            }

        return await self._storage.write(put)

    async def get_resource_policy(self, context: Context, params: Params) -> Output:
        arn: str = params["ResourceArn"]
        name, _ = _resource(context.scope, arn)

        def get(reader: Reader) -> Output:
            _check_there(reader, context.scope, arn, name)
            kept = resource_policy.find(reader, arn)
            if kept is None or kept.text is None:
                raise _not_found(arn)
            return {"Policy": kept.text, "RevisionId": kept.revision}

        return await self._storage.read(get)

    async def delete_resource_policy(self, context: Context, params: Params) -> Output:
        arn: str = params["ResourceArn"]
        name, _ = _resource(context.scope, arn)
        now = self._clock.now()

        def delete(writer: Writer) -> Output:
            _check_changeable(writer, context.scope, arn, name)
            before = resource_policy.find(writer, arn)
            _check_revision(params.get("ExpectedRevisionId"), before, name)
            if before is None:
                return {}
            if before.text is not None:
                resource_policy.put(writer, arn, None, "", now)
            # The first time that of the policy, from then on that of its deletion.
            return {"RevisionId": before.revision}

        return await self._storage.write(delete)


def judged(text: str | None) -> Canonical | None:
    """The policy that CreateTable gives a table, if it gives one. Raises ValidationException."""
    return None if text is None else policy_document.canonical(text, stream=False)


def attach(writer: Writer, table: Table, document: Canonical | None, now: float) -> None:
    """Give a new table the policy it is made with."""
    if document is not None:
        _check_principals(writer, table.scope.account, document)
        resource_policy.put(writer, table.arn, document.text, document.sent, now)


def _resource(scope: Scope, arn: str) -> tuple[str, bool]:
    """The table's name of an ARN, and whether it is a stream's. Raises ValidationException for others."""
    if not arn.startswith("arn:"):
        raise invalid(f"ARNs must start with 'arn:': {arn}")
    try:
        parts = arns.parse(arn)
    except ValueError:
        raise invalid(f"Invalid resource Arn: {arn}") from None
    kind, _, rest = parts.resource.partition("/")
    name, _, below = rest.partition("/")
    if parts.service != "dynamodb" or kind != "table" or (below and below[:6] not in ("index/", "stream")):
        raise invalid(f"Provided Arn is not a DynamoDB resource arn: {arn}")
    if parts.account != scope.account:
        raise validation_error(
            "This action is only supported by accounts that match the resource owner’s account."  # noqa: RUF001 -- AWS's
        )
    if parts.scope != scope:
        raise invalid(f"Invalid resource Arn: {arn}")
    if below.startswith("index/"):
        raise invalid(
            f"Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {arn}"
        )
    return name, bool(below)


def _check_there(reader: Reader, scope: Scope, arn: str, name: str) -> None:
    if arn == catalog.table_arn(scope, name):
        if catalog.get(reader, scope, name) is None:
            raise catalog.table_not_found(name)
    elif log.describe(reader, arn) is None:
        label = arn.rpartition("/")[2]
        raise AwsError(
            "ResourceNotFoundException",
            f"Requested resource not found: Stream: {label} not found for Table: {name}",
        )


def _check_changeable(reader: Reader, scope: Scope, arn: str, name: str) -> None:
    """The same, and refuse to change the policy of a table that is on its way out (DDB-TABLE-236)."""
    _check_there(reader, scope, arn, name)
    table = catalog.get(reader, scope, name)
    if table is not None and table.status == "DELETING":
        admission.check_there(table)


def _check_revision(expected: str | None, kept: Kept | None, name: str) -> None:
    """Refuse to change another policy than the one that the caller has seen."""
    # What is left of a deleted policy is a revision, too: ack-api-quirks DDB-TABLE-205.
    current = None if kept is None else kept.revision
    there = kept is not None and kept.text is not None
    if expected is None or expected == current or (expected == _NO_POLICY and not there):
        return
    if expected == _NO_POLICY:
        raise _not_found(
            f"Requested policy update expecting none to be present for table {name}, but a policy exists with "
            f"revision id {current}."
        )
    state = (
        f"table {name} has no associated policy."
        if current is None
        else f"the policy associated to target table {name} has revision id {current}."
    )
    raise _not_found(f"Requested update for policy with revision id {expected}, but {state}")


def _not_found(what: str) -> AwsError:
    return AwsError(
        "PolicyNotFoundException", f"Resource-based policy not found for the provided ResourceArn: {what}"
    )


def _check_principals(reader: Reader, account: str, document: Canonical) -> None:
    """Refuse roles and users of this account that are not there. Nothing is known of other accounts."""
    for text in document.principals:
        if text == "*":
            continue
        try:
            parts = arns.parse(text)
        except ValueError:
            raise policy_document.unknown_principal() from None
        kind, _, path = parts.resource.partition("/")
        shelf = {"role": ROLES, "user": USERS}.get(kind)
        if parts.service != "iam" or parts.account != account or shelf is None:
            continue
        found = shelf.find(reader, account, path.rpartition("/")[2])
        if found is None or found.arn != text:
            raise policy_document.unknown_principal()


def _check_lockout(reader: Reader, context: Context, arn: str, document: Canonical, now: float) -> None:
    """Refuse a policy under which the caller could not put another one."""
    policy = Policy("default", parse(document.text, "resource"), RESOURCE_BASED)
    access = Access("dynamodb:PutResourcePolicy", arn)
    facts, caller = facts_of(context.principal, now), caller_of(reader, context.principal)
    if evaluate([policy], access, facts, caller=caller).explicit_deny:
        raise access_denied(
            "The new resource policy will not allow you to update the resource policy in the future."
        )
