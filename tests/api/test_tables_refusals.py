"""What table operations refuse before they look for a table, in the words probed on AWS in October 2026.

Each row is one request of ack-api-quirks DDB-TABLE-456 or -457, unless it says otherwise.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.api.fresh_tables import FreshTables, definitions, index, invalid, key_schema, refused

WRONG = "One or more parameter values were invalid: "
POLICY = f"{WRONG}Invalid policy document: "
WARM = f"{WRONG}WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: "
SHORT = "must be at least 3 characters long and at most 255 characters long"
PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
LONG = "Member must have length greater than or equal to 3"
NULL = "Member must not be null"
TTL = "timeToLiveSpecification"
ARN = "arn:aws:dynamodb:eu-central-1:000000000000:table/refusals"
NEW: Mapping[str, Any] = {
    "TableName": "refusals",
    "AttributeDefinitions": definitions("id:S"),
    "KeySchema": key_schema("id"),
    "BillingMode": "PAY_PER_REQUEST",
}


def failed(*rows: tuple[str, str, str]) -> str:
    """AWS's sentence for constraints that failed: value, path and constraint of each."""
    count = "1 validation error" if len(rows) == 1 else f"{len(rows)} validation errors"
    told = (f"Value {value} at '{path}' failed to satisfy constraint: {what}" for value, path, what in rows)
    return f"{count} detected: {'; '.join(told)}"


def update(**entry: Any) -> dict[str, Any]:
    return {"TableName": "refusals", "GlobalSecondaryIndexUpdates": [entry]}


def statements(*each: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": each})


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("create_backup", {"TableName": "refusals", "BackupName": ""},
     failed(("''", "backupName", PATTERN), ("''", "backupName", LONG))),
    ("list_tables", {"ExclusiveStartTableName": ""},
     failed(("''", "exclusiveStartTableName", PATTERN), ("''", "exclusiveStartTableName", LONG))),
    ("describe_table", {"TableName": ""}, failed(("''", "tableName", LONG), ("''", "tableName", PATTERN))),
    ("create_table", {**NEW, "TableName": ""}, failed(("''", "tableName", LONG), ("''", "tableName", PATTERN))),
    ("create_table", {**NEW, "AttributeDefinitions": [{}]},
     failed(("null", "attributeDefinitions.1.member.attributeType", NULL),
            ("null", "attributeDefinitions.1.member.attributeName", NULL))),
    ("create_table", {**NEW, "ProvisionedThroughput": {}},
     failed(("null", "provisionedThroughput.writeCapacityUnits", NULL),
            ("null", "provisionedThroughput.readCapacityUnits", NULL))),
    ("create_table", {**NEW, "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": ""}},
     failed(("''", "sSESpecification.kMSMasterKeyId", "Member must have length greater than or equal to 1"))),
    ("create_table", {**NEW, "Tags": [{}]}, "The Tag Key provided is invalid, Key: null"),
    ("update_time_to_live", {"TableName": "refusals", "TimeToLiveSpecification": {}},
     failed(("null", f"{TTL}.attributeName", NULL), ("null", f"{TTL}.enabled", NULL))),
    ("tag_resource", {"ResourceArn": ARN, "Tags": [{"Value": "red"}]}, "The Tag Key provided is invalid, Key: null"),
    ("tag_resource", {"ResourceArn": ARN, "Tags": [{"Key": "color"}]},
     "The Tag Value provided is invalid, Value: null"),
    ("tag_resource", {"ResourceArn": ARN, "Tags": [{"Key": "k" * 129, "Value": "v"}]},
     f"The Tag Key provided is invalid, Key: {'k' * 129}"),
    ("untag_resource", {"ResourceArn": ARN, "TagKeys": [""]}, "The Tag Key provided is invalid, Key: "),
    ("describe_backup", {"BackupArn": ""}, "Invalid Backup ARN"),
    ("delete_backup", {"BackupArn": "x"}, "Invalid Backup ARN"),
    ("restore_table_from_backup", {"BackupArn": "x", "TargetTableName": ""}, f"TableName {SHORT}"),
    ("export_table_to_point_in_time", {"TableArn": "", "S3Bucket": "bucket"}, "Invalid TableArn: Invalid Table ARN"),
    ("describe_contributor_insights", {"TableName": "refusals", "IndexName": ""}, f"IndexName {SHORT}"),
    ("update_contributor_insights",
     {"TableName": "refusals", "ContributorInsightsAction": "ENABLE", "ContributorInsightsMode": ""},
     failed(("''", "contributorInsightsMode",
             "Member must satisfy enum value set: [THROTTLED_KEYS, ACCESSED_AND_THROTTLED_KEYS]"))),
    ("describe_global_table", {"GlobalTableName": ""}, f"TableName {SHORT}"),
    ("update_table", update(Update={"IndexName": "ghost", "WarmThroughput": {}}), f"{WARM}ghost"),
    ("update_table", {**update(Update={"IndexName": "ghost", "WarmThroughput": {}}), "TableClass": "STANDARD"},
     f"{WARM}ghost"),
    ("create_table", {**NEW, "ResourcePolicy": "{}"}, f"{POLICY}Syntax error at position (1,3)"),
    ("create_table", {**NEW, "ResourcePolicy": "[]"}, f"{POLICY}This policy contains invalid Json"),
    ("create_table", {**NEW, "ResourcePolicy": "null"}, f"{POLICY}This text appears not to be a policy"),
    ("create_table", {**NEW, "ResourcePolicy": statements({})}, f"{POLICY}Missing required field Effect"),
    ("create_table", {**NEW, "ResourcePolicy": statements()},
     f"{POLICY}Could not parse the policy: Statement is empty!"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "params", "message"), REFUSALS)
def test_what_no_table_could_be_asked_is_refused_in_aws_words(
    tables: FreshTables, operation: str, params: dict[str, Any], message: str
):
    assert refused(getattr(tables.unchecked, operation), **params) == invalid(message)


@pytest.mark.parametrize(
    "more",
    [{"DeletionProtectionEnabled": False}, {"TableClass": "STANDARD"}, {"BillingMode": "PAY_PER_REQUEST"}],
)
@pytest.mark.parametrize("name", ["WarmThroughput", "OnDemandThroughput"])
def test_an_empty_throughput_is_overlooked_beside_another_change(
    tables: FreshTables, name: str, more: dict[str, Any]
):
    made = tables.create("id:S")

    made.update_table(**{name: {}}, **more)

    assert made.describe()["WarmThroughput"]["Status"] == "ACTIVE"


@pytest.mark.parametrize("name", ["WarmThroughput", "OnDemandThroughput"])
def test_an_empty_throughput_alone_is_refused_where_aws_breaks_down(tables: FreshTables, name: str):
    made = tables.create("id:S")

    code, message = refused(made.update_table, **{name: {}})

    assert code == "ValidationException"
    assert message.startswith(f"{WRONG}{name} must have at least one of ")


def test_an_index_is_made_with_empty_throughputs(tables: FreshTables):
    by_age = {**index("by-age", "age"), "WarmThroughput": {}, "OnDemandThroughput": {}}

    made = tables.create("id:S", defined=["age:N"], GlobalSecondaryIndexes=[by_age])

    (told,) = made.describe()["GlobalSecondaryIndexes"]
    assert told["WarmThroughput"]["ReadUnitsPerSecond"] == 12_000
    assert "OnDemandThroughput" not in told


def test_a_table_that_is_not_there_has_no_tags(tables: FreshTables):
    assert refused(tables.client.tag_resource, ResourceArn=ARN, Tags=[{"Key": "color", "Value": "red"}]) == (
        "ResourceNotFoundException",
        f"Requested resource not found: ResourceArn: {ARN} not found",
    )


@pytest.mark.parametrize(
    ("arn", "code", "message"),
    [  # 011, 071, 442
        (ARN.replace("eu-central-1", "us-east-1"), "ValidationException", "Invalid AWS region in '{}'"),
        (ARN.replace("arn:aws:", "arn:aws-cn:"), "ValidationException", "Invalid AWS partition in '{}'"),
        (ARN.replace("table/", "stream/"), "ValidationException", "Invalid resource type in '{}'"),
        (f"{ARN}/index/by-age", "ValidationException", "Valid ARN format is "),
        ("arn:aws:dynamodb", "ValidationException", "Valid ARN format is "),
        (ARN.replace("000000000000", "123456789012"), "AccessDeniedException", "Access is denied"),
    ],
)
@pytest.mark.parametrize(
    "operation", ["describe_table", "describe_time_to_live", "describe_continuous_backups", "delete_table"]
)
def test_an_arn_of_no_table_here_is_refused(
    tables: FreshTables, operation: str, arn: str, code: str, message: str
):
    told_code, told = refused(getattr(tables.client, operation), TableName=arn)

    front = "1 validation error detected: " if code == "ValidationException" else ""
    assert told_code == code
    assert told.startswith(front + message.format(arn))


def test_a_missing_table_is_named_whether_it_was_asked_for_by_name_or_arn(tables: FreshTables):
    answer = ("ResourceNotFoundException", "Requested resource not found: Table: refusals not found")

    assert refused(tables.client.describe_table, TableName=ARN) == answer
    assert refused(tables.client.describe_table, TableName="refusals") == answer


@pytest.mark.parametrize("operation", ["list_tags_of_resource", "tag_resource"])
def test_nobody_sees_or_sets_another_accounts_tags(tables: FreshTables, operation: str):
    arn = ARN.replace("000000000000", "123456789012")
    tags = {"Tags": [{"Key": "color", "Value": "red"}]} if operation == "tag_resource" else {}

    assert refused(getattr(tables.client, operation), ResourceArn=arn, **tags) == (
        "AccessDeniedException",
        "Access is denied",
    )
