"""From a table's description to a template's properties, and from a difference to UpdateTable's requests. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy.resources import table_shape
from millrace.deploy.resources.table_shape import DEFAULT_KEY, UNLIMITED
from millrace.deploy.shapes import Finding

_INDEX = ("IndexName", "KeySchema", "Projection")
_MADE_INDEX = (*_INDEX, "ProvisionedThroughput", "WarmThroughput")
_CREATED = (
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
    "StreamSpecification",
    "TableClass",
    "WarmThroughput",
)


def described(table: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that DescribeTable tells of a table, in their one way to be written."""
    billing = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    provisioned = billing == "PROVISIONED"
    properties: dict[str, Any] = {
        "KeySchema": table["KeySchema"],
        "AttributeDefinitions": table["AttributeDefinitions"],
        "BillingMode": billing,
        "WarmThroughput": _warm(table),
        "GlobalSecondaryIndexes": [
            _global_index(index, provisioned=provisioned) for index in table.get("GlobalSecondaryIndexes", [])
        ],
        "LocalSecondaryIndexes": [
            {name: index[name] for name in _INDEX} for index in table.get("LocalSecondaryIndexes", [])
        ],
        "DeletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "TableClass": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "SSESpecification": _encryption(table.get("SSEDescription")),
    }
    if provisioned:
        properties["ProvisionedThroughput"] = _units(table["ProvisionedThroughput"])
    if "OnDemandThroughput" in table:
        properties["OnDemandThroughput"] = table["OnDemandThroughput"]
    if table.get("StreamSpecification"):
        properties["StreamSpecification"] = {"StreamViewType": table["StreamSpecification"]["StreamViewType"]}
    return table_shape.normal(properties)


def creation(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """CreateTable's parameters, but for name and tags."""
    given = {name: value for name, value in wanted.items() if value and name in _CREATED}
    if "StreamSpecification" in given:
        given["StreamSpecification"] = {"StreamEnabled": True, **given["StreamSpecification"]}
    if wanted["SSESpecification"]["SSEEnabled"]:
        given["SSESpecification"] = _sealed(wanted["SSESpecification"])
    if "GlobalSecondaryIndexes" in given:
        given["GlobalSecondaryIndexes"] = [_made(index) for index in given["GlobalSecondaryIndexes"]]
    if wanted["OnDemandThroughput"] != UNLIMITED:
        given["OnDemandThroughput"] = _limits(wanted["OnDemandThroughput"])
    return given


def requests(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """UpdateTable's parameters, one request after the other: AWS takes one index, and one kind of change, at a time."""
    if wanted["DeletionProtectionEnabled"] != live["DeletionProtectionEnabled"]:
        yield {"DeletionProtectionEnabled": wanted["DeletionProtectionEnabled"]}
    yield from _deleted_indexes(wanted, live)
    yield from _capacity(wanted, live)
    yield from _on_demand(wanted, live)
    yield from _created_indexes(wanted, live)
    yield from _warmer(wanted, live)
    yield from _stream(wanted["StreamSpecification"], live["StreamSpecification"])
    if wanted["TableClass"] != live["TableClass"]:
        yield {"TableClass": wanted["TableClass"]}
    if wanted["SSESpecification"] != live["SSESpecification"]:
        yield {"SSESpecification": _sealed(wanted["SSESpecification"])}


def seen(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """`live` with keys named as they are wanted, and as warm as wanted if it is warmer: it cannot cool down."""
    told = {**live, "SSESpecification": _same_key(wanted["SSESpecification"], live["SSESpecification"])}
    told["WarmThroughput"] = _as_warm(wanted.get("WarmThroughput"), live["WarmThroughput"])
    after = _indexes(wanted)
    told["GlobalSecondaryIndexes"] = [
        _seen_index(after.get(index["IndexName"], {}), index) for index in live["GlobalSecondaryIndexes"]
    ]
    return told


def undefined(properties: Mapping[str, Any]) -> Iterator[Finding]:
    """Attributes that are keys and not defined, or defined and not keys: AWS makes no such table."""
    schemas: list[Any] = [properties["KeySchema"]]
    for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        schemas += [index["KeySchema"] for index in properties.get(member, [])]
    keys = {key["AttributeName"] for schema in schemas for key in schema}
    defined = {each["AttributeName"] for each in properties["AttributeDefinitions"]}
    for name in sorted(keys - defined):
        yield "AttributeDefinitions", f"{name} is a key and not defined"
    for name in sorted(defined - keys):
        yield "AttributeDefinitions", f"{name} is defined and not a key of the table or of an index"


def _stream(wanted: Mapping[str, Any] | None, live: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Another view type is another stream: off, then on."""
    if wanted == live:
        return
    if live is not None:
        yield {"StreamSpecification": {"StreamEnabled": False}}
    if wanted is not None:
        yield {"StreamSpecification": {"StreamEnabled": True, **wanted}}


def _deleted_indexes(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    after, before = _indexes(wanted), _indexes(live)
    for name in before:
        if name not in after or _other_index(after[name], before[name]):
            yield {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}


def _created_indexes(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for index in _indexes(wanted).values():
        if not _stays(index, live):
            keys = {key["AttributeName"] for key in [*wanted["KeySchema"], *index["KeySchema"]]}
            defined = [each for each in wanted["AttributeDefinitions"] if each["AttributeName"] in keys]
            yield {
                "AttributeDefinitions": defined,
                "GlobalSecondaryIndexUpdates": [{"Create": _made(index)}],
            }


def _capacity(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Billing mode and units, of the table and of the indexes that stay."""
    request: dict[str, Any] = {}
    if wanted["BillingMode"] != live["BillingMode"]:
        request["BillingMode"] = wanted["BillingMode"]
    units = wanted["ProvisionedThroughput"]
    if units is not None and units != live["ProvisionedThroughput"]:
        request["ProvisionedThroughput"] = units
    updates = _index_updates(wanted, live, "ProvisionedThroughput")
    if updates:
        request["GlobalSecondaryIndexUpdates"] = updates
    if request:
        yield request


def _on_demand(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Maxima. Those of what is provisioned from now on are gone with that."""
    if wanted["BillingMode"] == "PROVISIONED" != live["BillingMode"]:
        return
    if wanted["OnDemandThroughput"] != live["OnDemandThroughput"]:
        yield {"OnDemandThroughput": wanted["OnDemandThroughput"]}
    updates = _index_updates(wanted, live, "OnDemandThroughput")
    if updates:
        yield {"GlobalSecondaryIndexUpdates": updates}


def _warmer(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    asked = wanted.get("WarmThroughput")
    if asked is not None and asked != live["WarmThroughput"]:
        yield {"WarmThroughput": asked}
    updates = _index_updates(wanted, live, "WarmThroughput")
    if updates:
        yield {"GlobalSecondaryIndexUpdates": updates}


def _index_updates(wanted: Mapping[str, Any], live: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    """What changes a member of the indexes that stay."""
    before = _indexes(live)
    return [
        {"Update": {"IndexName": name, member: index[member]}}
        for name, index in _indexes(wanted).items()
        if _stays(index, live) and member in index and index[member] != before[name].get(member)
    ]


def _stays(index: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether there is this index already, and it can be made what is wanted."""
    before = _indexes(live).get(index["IndexName"])
    return before is not None and not _other_index(index, before)


def _indexes(properties: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {index["IndexName"]: index for index in properties["GlobalSecondaryIndexes"]}


def _other_index(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether only another index can be what is wanted."""
    return any(wanted[name] != live[name] for name in ("KeySchema", "Projection"))


def _made(index: Mapping[str, Any]) -> dict[str, Any]:
    """What makes an index."""
    given = {name: value for name, value in index.items() if name in _MADE_INDEX}
    if index["OnDemandThroughput"] != UNLIMITED:
        given["OnDemandThroughput"] = _limits(index["OnDemandThroughput"])
    return given


def _global_index(index: Mapping[str, Any], *, provisioned: bool) -> dict[str, Any]:
    found = {name: index[name] for name in _INDEX}
    found["WarmThroughput"] = _warm(index)
    if "OnDemandThroughput" in index:
        found["OnDemandThroughput"] = index["OnDemandThroughput"]
    if provisioned:
        found["ProvisionedThroughput"] = _units(index["ProvisionedThroughput"])
    return found


def _seen_index(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in live.items() if name != "WarmThroughput"}
    if "WarmThroughput" in wanted:
        told["WarmThroughput"] = _as_warm(wanted["WarmThroughput"], live.get("WarmThroughput", {}))
    return told


def _as_warm(wanted: Mapping[str, Any] | None, live: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is asked for, as far as there is that much."""
    if wanted is None:
        return live
    return {
        name: asked if isinstance(asked, int) and asked <= live.get(name, 0) else live.get(name)
        for name, asked in wanted.items()
    }


def _same_key(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Mapping[str, Any]:
    """A key is told by its ARN, and may be written as its id or its alias."""
    asked, told = wanted.get("KMSMasterKeyId"), live.get("KMSMasterKeyId")
    if isinstance(asked, str) and isinstance(told, str) and told.endswith((f":{asked}", f":key/{asked}")):
        return {**live, "KMSMasterKeyId": asked}
    return live


def _encryption(description: Mapping[str, Any] | None) -> dict[str, Any]:
    if description is None:
        return {"SSEEnabled": False}
    return {
        "SSEEnabled": True,
        "SSEType": description["SSEType"],
        "KMSMasterKeyId": description["KMSMasterKeyArn"],
    }


def _sealed(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """SSESpecification. AWS wants its own key not to be named."""
    given: dict[str, Any] = {"Enabled": wanted["SSEEnabled"]}
    if wanted["SSEEnabled"]:
        given["SSEType"] = wanted["SSEType"]
        if wanted["KMSMasterKeyId"] != DEFAULT_KEY:
            given["KMSMasterKeyId"] = wanted["KMSMasterKeyId"]
    return given


def _limits(most: Mapping[str, Any]) -> dict[str, Any]:
    """What is made has no maximum to take away."""
    return {name: value for name, value in most.items() if value != -1}


def _warm(description: Mapping[str, Any]) -> dict[str, Any]:
    told = description.get("WarmThroughput", {})
    return {name: told[name] for name in ("ReadUnitsPerSecond", "WriteUnitsPerSecond") if name in told}


def _units(throughput: Mapping[str, Any]) -> dict[str, int]:
    return {name: throughput[name] for name in ("ReadCapacityUnits", "WriteCapacityUnits")}
