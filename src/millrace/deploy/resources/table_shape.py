"""What a template may say of a table, and the one way in which it is written. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy.document import record
from millrace.deploy.intrinsics import Unknown
from millrace.deploy.resources import access_policy
from millrace.deploy.shapes import REQUIRED, Finding, Flag, Json, Listed, Member, Record, Tags, Text, Whole

# CloudFormation's property is within the stream's; here it is one of its own, since it may change without the stream.
STREAM_POLICY = "StreamResourcePolicy"
UNLIMITED: Mapping[str, int] = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}
DEFAULT_KEY = "alias/aws/dynamodb"
_KEY = Record(
    {"AttributeName": Member(Text(), REQUIRED), "KeyType": Member(Text(("HASH", "RANGE")), REQUIRED)}
)
_ATTRIBUTE = Record(
    {"AttributeName": Member(Text(), REQUIRED), "AttributeType": Member(Text(("S", "N", "B")), REQUIRED)}
)
_UNITS = Record(
    {"ReadCapacityUnits": Member(Whole(), REQUIRED), "WriteCapacityUnits": Member(Whole(), REQUIRED)}
)
_MOST = Record({name: Member(Whole(), default) for name, default in UNLIMITED.items()})
_WARM = Record({"ReadUnitsPerSecond": Member(Whole()), "WriteUnitsPerSecond": Member(Whole())})
_INSIGHTS = Record(
    {
        "Enabled": Member(Flag(), REQUIRED),
        "Mode": Member(Text(("ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"))),
    }
)
_NO_INSIGHTS: Mapping[str, Any] = {"Enabled": False}
_PROJECTION = Record(
    {
        "ProjectionType": Member(Text(("ALL", "KEYS_ONLY", "INCLUDE")), REQUIRED),
        "NonKeyAttributes": Member(Listed(Text())),
    }
)
_LOCAL_INDEX = {
    "IndexName": Member(Text(), REQUIRED),
    "KeySchema": Member(Listed(_KEY, ordered=True), REQUIRED),
    "Projection": Member(_PROJECTION, REQUIRED),
}
_GLOBAL_INDEX = {
    **_LOCAL_INDEX,
    "ProvisionedThroughput": Member(_UNITS),
    "OnDemandThroughput": Member(_MOST, UNLIMITED),
    "WarmThroughput": Member(_WARM),
    "ContributorInsightsSpecification": Member(_INSIGHTS, _NO_INSIGHTS),
}
_POLICY = Record({"PolicyDocument": Member(Json(), REQUIRED)})
_VIEWS = ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
_STREAM = Record({"StreamViewType": Member(Text(_VIEWS), REQUIRED), "ResourcePolicy": Member(_POLICY, None)})
_TTL = Record({"AttributeName": Member(Text()), "Enabled": Member(Flag(), REQUIRED)})
_PITR = Record(
    {"PointInTimeRecoveryEnabled": Member(Flag(), REQUIRED), "RecoveryPeriodInDays": Member(Whole())}
)
_SSE = Record(
    {
        "SSEEnabled": Member(Flag(), REQUIRED),
        "SSEType": Member(Text(("KMS",))),
        "KMSMasterKeyId": Member(Text()),
    }
)
SHAPE = Record(
    {
        "TableName": Member(Text()),
        "KeySchema": Member(Listed(_KEY, ordered=True), REQUIRED),
        "AttributeDefinitions": Member(Listed(_ATTRIBUTE, key="AttributeName"), REQUIRED),
        "BillingMode": Member(Text(("PAY_PER_REQUEST", "PROVISIONED")), "PROVISIONED"),
        "ProvisionedThroughput": Member(_UNITS, None),
        "OnDemandThroughput": Member(_MOST, UNLIMITED),
        "WarmThroughput": Member(_WARM),
        "GlobalSecondaryIndexes": Member(Listed(Record(_GLOBAL_INDEX), key="IndexName"), []),
        "LocalSecondaryIndexes": Member(Listed(Record(_LOCAL_INDEX), key="IndexName"), []),
        "StreamSpecification": Member(_STREAM, None),
        "ResourcePolicy": Member(_POLICY, None),
        "TimeToLiveSpecification": Member(_TTL, {"Enabled": False}),
        "PointInTimeRecoverySpecification": Member(_PITR),
        "ContributorInsightsSpecification": Member(_INSIGHTS, _NO_INSIGHTS),
        "DeletionProtectionEnabled": Member(Flag(), False),
        "TableClass": Member(Text(("STANDARD", "STANDARD_INFREQUENT_ACCESS")), "STANDARD"),
        "SSESpecification": Member(_SSE, {"SSEEnabled": False}),
        "Tags": Member(Tags(), {}),
    }
)
# The member that turns a specification on, and what the others are when they are not written.
_SWITCHES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "TimeToLiveSpecification": ("Enabled", {}),
    "PointInTimeRecoverySpecification": ("PointInTimeRecoveryEnabled", {"RecoveryPeriodInDays": 35}),
    "ContributorInsightsSpecification": ("Enabled", {"Mode": "ACCESSED_AND_THROTTLED_KEYS"}),
    "SSESpecification": ("SSEEnabled", {"SSEType": "KMS", "KMSMasterKeyId": DEFAULT_KEY}),
}
# AWS refuses what goes with the switch while it is off; but for Time to Live, in templates.
_STRICT = ("PointInTimeRecoverySpecification", "SSESpecification")


def normal(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A table's properties in their one way to be written: what is off has no other members."""
    found: dict[str, Any] = SHAPE.normal(properties)
    for name in _SWITCHES:
        if name in found:
            found[name] = _switched(name, found[name])
    indexes: list[dict[str, Any]] = found["GlobalSecondaryIndexes"]
    name = "ContributorInsightsSpecification"
    found["GlobalSecondaryIndexes"] = [{**index, name: _switched(name, index[name])} for index in indexes]
    found["ResourcePolicy"] = _policy(found["ResourcePolicy"])
    stream = record(found["StreamSpecification"])
    found[STREAM_POLICY] = None
    if stream is not None:
        found[STREAM_POLICY] = _policy(stream["ResourcePolicy"])
        found["StreamSpecification"] = {"StreamViewType": stream["StreamViewType"]}
    return found


def problems(properties: Mapping[str, Any]) -> Iterator[Finding]:
    """What cannot be together."""
    expiry = record(properties.get("TimeToLiveSpecification")) or {}
    if Flag().normal(expiry.get("Enabled")) is True and "AttributeName" not in expiry:
        yield "TimeToLiveSpecification.AttributeName", "is missing"
    for name in _STRICT:
        switch = _SWITCHES[name][0]
        form = record(properties.get(name)) or {}
        if Flag().normal(form.get(switch)) is False:
            for other in form.keys() - {switch}:
                yield f"{name}.{other}", f"goes only with {switch}"


def _switched(name: str, form: Any) -> Any:
    switch, defaults = _SWITCHES[name]
    if isinstance(form, Unknown):
        return form
    return {**defaults, **form} if form[switch] else {switch: False}


def _policy(form: Any) -> Any:
    given = record(form)
    if given is None:
        return form
    return {"PolicyDocument": access_policy.canonical(given["PolicyDocument"])}
