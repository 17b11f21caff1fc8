"""From a table's description to a template's properties, and from a difference to UpdateTable's requests. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy.shapes import Finding, Record

_INDEX = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")


def described(table: Mapping[str, Any], shape: Record) -> dict[str, Any]:
    """The properties of DescribeTable's table, but for tags and Time to Live, in their one way to be written."""
    billing = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    provisioned = billing == "PROVISIONED"
    properties: dict[str, Any] = {
        "KeySchema": table["KeySchema"],
        "AttributeDefinitions": table["AttributeDefinitions"],
        "BillingMode": billing,
        "GlobalSecondaryIndexes": [
            _index(index, provisioned=provisioned) for index in table.get("GlobalSecondaryIndexes", [])
        ],
        "LocalSecondaryIndexes": [
            _index(index, provisioned=False) for index in table.get("LocalSecondaryIndexes", [])
        ],
        "DeletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "TableClass": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "SSESpecification": {"SSEEnabled": "SSEDescription" in table},
    }
    if provisioned:
        properties["ProvisionedThroughput"] = _units(table["ProvisionedThroughput"])
    if table.get("StreamSpecification"):
        properties["StreamSpecification"] = {"StreamViewType": table["StreamSpecification"]["StreamViewType"]}
    found: dict[str, Any] = shape.normal(properties)
    return found


def requests(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """UpdateTable's parameters, one request after the other: AWS takes one index, and one kind of change, at a time."""
    if wanted["DeletionProtectionEnabled"] != live["DeletionProtectionEnabled"]:
        yield {"DeletionProtectionEnabled": wanted["DeletionProtectionEnabled"]}
    yield from _deleted_indexes(wanted, live)
    yield from _capacity(wanted, live)
    yield from _created_indexes(wanted, live)
    yield from _stream(wanted["StreamSpecification"], live["StreamSpecification"])
    if wanted["TableClass"] != live["TableClass"]:
        yield {"TableClass": wanted["TableClass"]}
    if wanted["SSESpecification"] != live["SSESpecification"]:
        yield {"SSESpecification": {"Enabled": wanted["SSESpecification"]["SSEEnabled"]}}


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
    after, before = _indexes(wanted), _indexes(live)
    for name, index in after.items():
        if name not in before or _other_index(index, before[name]):
            keys = {key["AttributeName"] for key in [*wanted["KeySchema"], *index["KeySchema"]]}
            defined = [each for each in wanted["AttributeDefinitions"] if each["AttributeName"] in keys]
            yield {
                "AttributeDefinitions": defined,
                "GlobalSecondaryIndexUpdates": [{"Create": index}],
            }


def _capacity(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Billing mode and units, of the table and of the indexes that stay."""
    request: dict[str, Any] = {}
    if wanted["BillingMode"] != live["BillingMode"]:
        request["BillingMode"] = wanted["BillingMode"]
    units = wanted["ProvisionedThroughput"]
    if units is not None and units != live["ProvisionedThroughput"]:
        request["ProvisionedThroughput"] = units
    updates: list[dict[str, Any]] = []
    before = _indexes(live)
    for name, index in _indexes(wanted).items():
        stays = name in before and not _other_index(index, before[name])
        given = index.get("ProvisionedThroughput")
        if stays and given is not None and given != before[name].get("ProvisionedThroughput"):
            updates.append({"Update": {"IndexName": name, "ProvisionedThroughput": given}})
    if updates:
        request["GlobalSecondaryIndexUpdates"] = updates
    if request:
        yield request


def _indexes(properties: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {index["IndexName"]: index for index in properties["GlobalSecondaryIndexes"]}


def _other_index(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether only another index can be what is wanted."""
    return any(wanted[name] != live[name] for name in ("KeySchema", "Projection"))


def _index(index: Mapping[str, Any], *, provisioned: bool) -> dict[str, Any]:
    found = {name: index[name] for name in _INDEX if name in index}
    found.pop("ProvisionedThroughput", None)
    if provisioned:
        found["ProvisionedThroughput"] = _units(index["ProvisionedThroughput"])
    return found


def _units(throughput: Mapping[str, Any]) -> dict[str, int]:
    return {name: throughput[name] for name in ("ReadCapacityUnits", "WriteCapacityUnits")}
