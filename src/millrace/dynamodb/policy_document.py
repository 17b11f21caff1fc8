"""What a resource policy of a table or a stream may say, and the form that AWS keeps it in. Pure.

Sentences and canonical form were probed on AWS in 2026: ack-api-quirks DDB-TABLE-207 to -214, -351 to -356, -457.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html has the actions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from millrace.core import limits
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb.definition import invalid
from millrace.iam.documents import as_list, is_object
from millrace.iam.patterns import compile_pattern
from millrace.iam.policy import parse

_STATEMENT_KEYS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_ON_POLICIES = ("DeleteResourcePolicy", "GetResourcePolicy", "PutResourcePolicy")
_STREAM_ACTIONS = ("DescribeStream", "GetRecords", "GetShardIterator", *_ON_POLICIES)
_TABLE_ACTIONS = (
    "AssociateTableReplica", "BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "CreateBackup",
    "CreateTable", "CreateTableReplica", "DeleteItem", "DeleteTable", "DeleteTableReplica",
    "DescribeContinuousBackups", "DescribeContributorInsights", "DescribeKinesisStreamingDestination",
    "DescribeTable", "DescribeTableReplicaAutoScaling", "DescribeTimeToLive",
    "DisableKinesisStreamingDestination", "EnableKinesisStreamingDestination", "ExportTableToPointInTime",
    "GetItem", "ListTagsOfResource", "PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate",
    "PutItem", "Query", "ReadDataForReplication", "ReplicateSettings", "RestoreTableToPointInTime", "Scan",
    "SearchVectors", "StartBulkPutItems", "TagResource", "UntagResource", "UpdateContinuousBackups",
    "UpdateContributorInsights", "UpdateItem", "UpdateKinesisStreamingDestination", "UpdateTable",
    "UpdateTableReplicaAutoScaling", "UpdateTimeToLive", "WriteDataForReplication", *_ON_POLICIES,
)  # fmt: skip
_UNBOUNDED = (
    "Resource-based policy grants unbounded access in one or more elements. "
    "Please revise the policy to ensure least-privilege form of access"
)


@dataclass(frozen=True, slots=True)
class Canonical:
    """A document that may be kept: as GetResourcePolicy shows it, as it is compared, and whom it names."""

    text: str
    sent: str
    principals: frozenset[str]


def canonical(text: str, *, stream: bool) -> Canonical:
    """The canonical form of a document for a stream or else a table. Raises ValidationException."""
    if len(text.encode()) > limits.resource_policy_bytes_max:
        raise invalid(f"Maximum policy size of {limits.resource_policy_bytes_max} bytes exceeded")
    try:
        raw: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _wrong("This policy contains invalid Json") from None
    if raw is None:
        raise _wrong("This text appears not to be a policy")
    if not is_object(raw):
        raise _wrong("This policy contains invalid Json")
    if not raw:  # the place behind the braces: ack-api-quirks DDB-TABLE-457
        raise _wrong(f"Syntax error at position (1,{len(text.strip()) + 1})")
    statements = as_list(raw.get("Statement", []))
    if not statements:
        raise _wrong("Could not parse the policy: Statement is empty!")
    told = [_statement(text, each, stream=stream) for each in statements]
    sids = [each["Sid"] for each in told if "Sid" in each]
    if len(sids) != len(set(map(str, sids))):
        raise _wrong("The Statement Ids in the policy are not unique")
    others = {key: value for key, value in raw.items() if key not in ("Version", "Id", "Statement")}
    head = {key: raw[key] for key in ("Version", "Id") if key in raw}
    kept = {"Version": "2008-10-17", **head, "Statement": told, **others}
    _check_by_iam(orjson.dumps(kept).decode(), text)
    if any(_is_open(each) for each in told):
        raise validation_error(_UNBOUNDED)
    sent = {**head, "Statement": told, **others}
    named = {name for each in told for name in _named(each)}
    return Canonical(orjson.dumps(kept).decode(), orjson.dumps(sent).decode(), frozenset(named))


def unknown_principal() -> AwsError:
    """The answer to a document that names somebody who is not there."""
    return invalid("Invalid principal in policy document.")


def _wrong(sentence: str) -> AwsError:
    return invalid(f"Invalid policy document: {sentence}")


def _syntax(text: str, value: Any) -> AwsError:
    """AWS names line and column of what it cannot take; a value that was written otherwise is not found again."""
    found = max(0, text.find(orjson.dumps(value).decode()))
    line, start = text.count("\n", 0, found) + 1, text.rfind("\n", 0, found) + 1
    return _wrong(f"Syntax error at position ({line},{found - start + 1})")


def _check_by_iam(kept: str, text: str) -> None:
    """Whatever else IAM has against a policy."""
    try:
        parse(kept, "resource")
    except AwsError as error:
        if error.message == "Syntax errors in policy.":
            raise _syntax(text, None) from None
        raise _wrong(str(error.message)) from None


def _statement(text: str, raw: Any, *, stream: bool) -> dict[str, Any]:
    if not is_object(raw):
        raise _syntax(text, raw)
    told = {key: raw[key] for key in _STATEMENT_KEYS if key in raw}
    told |= {key: value for key, value in raw.items() if key not in told}
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in told:
            told[name] = _single(told[name])
    for name in ("Principal", "NotPrincipal"):
        if name in told:
            told[name] = _principal(text, told[name])
    if isinstance(told.get("Effect"), str):
        told["Effect"] = told["Effect"].title()
    if is_object(told.get("Condition")):
        told["Condition"] = {
            operator: {key: _single(value) for key, value in block.items()} if is_object(block) else block
            for operator, block in told["Condition"].items()
        }
    if "Effect" not in told:
        raise _wrong("Missing required field Effect")
    if "Resource" not in told and "NotResource" not in told:
        raise _wrong("Missing required field Resource")
    _check_actions(told, stream=stream)
    _check_resources(told, stream=stream)
    return told


def _single(value: Any) -> Any:
    """A list of one text is that text; longer lists stay as they are."""
    texts = as_list(value)
    return texts[0] if len(texts) == 1 else value


def _principal(text: str, raw: Any) -> Any:
    """Accounts by their root's ARN, each name once. A text must be `*`."""
    if isinstance(raw, str) and raw != "*":
        raise _syntax(text, raw)
    if not is_object(raw):
        return raw
    told: dict[str, Any] = {}
    for kind, names in raw.items():
        texts = as_list(names)
        if kind == "AWS":
            texts = [_root_of(name) for name in texts]
        told[kind] = _single(
            list(dict.fromkeys(texts)) if all(isinstance(name, str) for name in texts) else texts
        )
    return told


def _root_of(name: Any) -> Any:
    return f"arn:aws:iam::{name}:root" if isinstance(name, str) and name.isdecimal() else name


def _named(statement: Mapping[str, Any]) -> list[str]:
    """The AWS identities that a statement names."""
    principal: Any = statement.get("Principal", statement.get("NotPrincipal"))
    names = as_list(principal.get("AWS", [])) if is_object(principal) else []
    return [name for name in names if isinstance(name, str)]


def _is_open(statement: Mapping[str, Any]) -> bool:
    """Whether it allows something to everyone, whatever the circumstances."""
    principal: Any = statement.get("Principal")
    everyone = principal == "*" or "*" in _named(statement)
    return statement.get("Effect") == "Allow" and everyone and not statement.get("Condition")


def _check_actions(statement: Mapping[str, Any], *, stream: bool) -> None:
    known = [f"dynamodb:{name}" for name in (_STREAM_ACTIONS if stream else _TABLE_ACTIONS)]
    texts = as_list(statement.get("Action", statement.get("NotAction", [])))
    wrong = [text for text in texts if isinstance(text, str) and not _is_known(text, known)]
    if wrong:
        quoted = ", ".join(f'"{text}"' for text in wrong)
        raise _wrong(f"The following action names are invalid: {quoted}")


def _is_known(text: str, known: list[str]) -> bool:
    pattern = compile_pattern(text, fold=True, variables=False)
    return any(pattern.matches(name, {}) for name in known)


def _check_resources(statement: Mapping[str, Any], *, stream: bool) -> None:
    """A table's policy cannot speak of streams, nor a stream's of tables."""
    for text in as_list(statement.get("Resource", statement.get("NotResource", []))):
        parts = text.split(":", 5) if isinstance(text, str) else []
        if len(parts) < 6 or parts[5] == "*":
            continue
        if ("/stream/" in parts[5]) is not stream:
            raise _wrong(f'The relative-id "{parts[5]}" is invalid for ARN "{text}"')
