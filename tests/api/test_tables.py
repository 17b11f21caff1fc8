"""CreateTable, DescribeTable, ListTables, UpdateTable and DeleteTable, over the wire."""

import re

import pytest
from tests.api.fresh_tables import FreshTables, definitions, index, invalid, key_schema, refused


def test_create_table_answers_with_a_table_being_created_that_is_then_active(tables: FreshTables):
    created = tables.client.create_table(
        TableName=(name := tables.name()),
        AttributeDefinitions=definitions("id", "at:N"),
        KeySchema=key_schema("id", "at"),
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]
    described = tables.client.describe_table(TableName=name)["Table"]

    assert (created["TableStatus"], described["TableStatus"]) == ("CREATING", "ACTIVE")
    assert described["TableArn"] == f"arn:aws:dynamodb:eu-central-1:000000000000:table/{name}"
    assert described["KeySchema"] == key_schema("id", "at")
    assert described["AttributeDefinitions"] == definitions("at:N", "id")
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["ProvisionedThroughput"] == {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": 0,
        "WriteCapacityUnits": 0,
    }
    assert (described["ItemCount"], described["TableSizeBytes"]) == (0, 0)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", described["TableId"])
    assert "StreamSpecification" not in described
    assert "LatestStreamArn" not in described


def test_a_provisioned_table_tells_its_units_and_no_billing_mode(tables: FreshTables):
    units = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
    table = tables.create("id", BillingMode="PROVISIONED", ProvisionedThroughput=units)
    described = table.describe()

    assert described["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units}
    assert "BillingModeSummary" not in described


def test_describe_table_counts_items_and_their_bytes(tables: FreshTables):
    table = tables.create("id")
    table.put({"id": {"S": "abc"}, "n": {"N": "12"}})
    table.put({"id": {"S": "d"}})
    described = table.describe()

    assert (described["ItemCount"], described["TableSizeBytes"]) == (2, 2 + 3 + 1 + 2 + 2 + 1)


def test_a_table_is_also_known_by_its_arn(tables: FreshTables):
    table = tables.create("id")
    arn = table.describe()["TableArn"]
    tables.client.put_item(TableName=arn, Item={"id": {"S": "x"}})

    assert tables.client.get_item(TableName=arn, Key={"id": {"S": "x"}})["Item"] == {"id": {"S": "x"}}
    assert tables.client.describe_table(TableName=arn)["Table"]["TableName"] == table.name


def test_tables_of_another_region_are_other_tables(tables: FreshTables):
    table = tables.create("id")
    other = tables.server.client("dynamodb", region_name="us-west-2")

    assert refused(other.describe_table, TableName=table.name) == (
        "ResourceNotFoundException",
        f"Requested resource not found: Table: {table.name} not found",
    )


def test_list_tables_gives_names_in_order_a_page_at_a_time(tables: FreshTables):
    listing = tables.server.client("dynamodb", region_name="ap-south-1")
    for name in ("bbb", "aaa", "Ccc", "ddd"):
        listing.create_table(
            TableName=name,
            AttributeDefinitions=definitions("id"),
            KeySchema=key_schema("id"),
            BillingMode="PAY_PER_REQUEST",
        )
    first = listing.list_tables(Limit=3)
    second = listing.list_tables(Limit=3, ExclusiveStartTableName=first["LastEvaluatedTableName"])

    assert (first["TableNames"], first["LastEvaluatedTableName"]) == (["Ccc", "aaa", "bbb"], "bbb")
    assert second["TableNames"] == ["ddd"]
    assert "LastEvaluatedTableName" not in second
    assert listing.list_tables(ExclusiveStartTableName="bba")["TableNames"] == ["bbb", "ddd"]


def test_delete_table_answers_with_a_table_being_deleted_and_takes_the_items_with_it(tables: FreshTables):
    table = tables.create("id")
    table.put({"id": {"S": "x"}})
    deleted = table.delete_table()["TableDescription"]
    missing = refused(table.get_item, Key={"id": {"S": "x"}})
    tables.create("id", TableName=table.name)

    assert deleted["TableStatus"] == "DELETING"
    assert missing == ("ResourceNotFoundException", "Requested resource not found")
    assert table.scan()["Items"] == []


def test_a_protected_table_is_not_deleted(tables: FreshTables):
    table = tables.create("id", DeletionProtectionEnabled=True)
    protected = refused(table.delete_table)
    table.update_table(DeletionProtectionEnabled=False)
    table.delete_table()

    assert protected == invalid(
        "Resource cannot be deleted as it is currently protected against deletion. "
        "Disable deletion protection first."
    )


def test_a_name_is_given_once(tables: FreshTables):
    table = tables.create("id")

    assert refused(
        tables.client.create_table,
        TableName=table.name,
        AttributeDefinitions=definitions("id"),
        KeySchema=key_schema("id"),
        BillingMode="PAY_PER_REQUEST",
    ) == ("ResourceInUseException", f"Table already exists: {table.name}")


@pytest.mark.parametrize("operation", ["describe_table", "delete_table", "update_table"])
def test_a_missing_table_is_named_by_the_operations_on_tables(tables: FreshTables, operation: str):
    arguments = {"BillingMode": "PAY_PER_REQUEST"} if operation == "update_table" else {}

    assert refused(getattr(tables.client, operation), TableName="nowhere", **arguments) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: nowhere not found",
    )


CREATE = {
    "TableName": "refused",
    "AttributeDefinitions": definitions("id"),
    "KeySchema": key_schema("id"),
    "BillingMode": "PAY_PER_REQUEST",
}
WRONG = "One or more parameter values were invalid: "
NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"AttributeDefinitions": definitions("id", "other")},
            f"{WRONG}Number of attributes in KeySchema does not exactly match number of attributes defined "
            "in AttributeDefinitions",
        ),
        (
            {"KeySchema": key_schema("nope")},
            f"{WRONG}Some index key attributes are not defined in AttributeDefinitions. "
            "Keys: [nope], AttributeDefinitions: [id]",
        ),
        (
            {"KeySchema": key_schema("id", "id")},
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            {"KeySchema": key_schema("id", "at")},
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            {"KeySchema": key_schema("id", "id"), "AttributeDefinitions": definitions("id", "at")},
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        ({"AttributeDefinitions": definitions("id", "id:N")}, "Attribute Name is duplicated: id"),
        (
            {"AttributeDefinitions": []},
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            {"KeySchema": [{"AttributeName": "id", "KeyType": "RANGE"}]},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            {"BillingMode": "PROVISIONED"},
            f"{WRONG}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
            "PROVISIONED",
        ),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
            f"{WRONG}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST",
        ),
        (
            {"LocalSecondaryIndexes": [index("local", "id", "id")]},
            f"{WRONG}Table KeySchema does not have a range key, which is required when specifying a "
            "LocalSecondaryIndex",
        ),
        (
            {
                "GlobalSecondaryIndexes": [index("twice", "x"), index("twice", "x")],
                "AttributeDefinitions": definitions("id", "x"),
            },
            f"{WRONG}Duplicate index name: twice",
        ),
        (
            {
                "AttributeDefinitions": definitions("id", "x", "y"),
                "GlobalSecondaryIndexes": [index("byx", "x")],
            },
            f"{WRONG}Some AttributeDefinitions are not used. AttributeDefinitions: [id, x, y], "
            "keys used: [id, x]",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": True}},
            f"{WRONG}Table is being created with a stream enabled, UpdateViewType is required",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}},
            f"{WRONG}Table is being created with a stream disabled, UpdateViewType should not be specified",
        ),
        (
            {"StreamSpecification": {}},
            "1 validation error detected: Value null at 'streamSpecification.streamEnabled' failed to "
            "satisfy constraint: Member must not be null",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "new_image"}},
            "1 validation error detected: Value 'new_image' at 'streamSpecification.streamViewType' failed "
            "to satisfy constraint: Member must satisfy enum value set: "
            "[OLD_IMAGE, KEYS_ONLY, NEW_AND_OLD_IMAGES, NEW_IMAGE]",
        ),
    ],
)
def test_create_table_refuses_with_the_words_of_aws(tables: FreshTables, change: dict, message: str):
    assert refused(tables.unchecked.create_table, **{**CREATE, **change}) == invalid(message)


def test_a_stream_that_is_not_enabled_leaves_no_trace(tables: FreshTables):
    table = tables.create("id", StreamSpecification={"StreamEnabled": False})

    assert not {"StreamSpecification", "LatestStreamArn", "LatestStreamLabel"} & set(table.describe())


def test_update_table_changes_the_billing_mode_and_the_units(tables: FreshTables):
    table = tables.create("id")
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    answer = table.update_table(BillingMode="PROVISIONED", ProvisionedThroughput=units)["TableDescription"]
    again = refused(table.update_table, ProvisionedThroughput=units)
    provisioned = table.describe()
    table.update_table(BillingMode="PAY_PER_REQUEST")

    assert answer["TableStatus"] == "UPDATING"
    assert provisioned["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert provisioned["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert again[0] == "ValidationException"
    assert again[1].startswith(
        "The provisioned throughput for the table will not change. The requested value equals the current "
        "value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. "
    )
    assert table.describe()["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {},
            NOTHING,
        ),
        (
            {"GlobalSecondaryIndexUpdates": []},
            NOTHING,
        ),
        (
            {"StreamSpecification": {"StreamEnabled": False}},
            "Table has no stream to disable: TableName: {name}",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": True}},
            f"{WRONG}If stream is being enabled then UpdateViewType is required",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}},
            f"{WRONG}If stream is being disabled, then UpdateViewType must not be specified",
        ),
        (
            {
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
            },
            f"{WRONG}You cannot modify stream status while updating table IOPS",
        ),
        (
            {
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
                "DeletionProtectionEnabled": True,
            },
            f"{WRONG}DeletionProtection modification must be the only operation in the request",
        ),
    ],
)
def test_update_table_refuses_with_the_words_of_aws(tables: FreshTables, arguments: dict, message: str):
    table = tables.create("id")
    expected = invalid(message.format(name=table.name))

    assert refused(tables.unchecked.update_table, TableName=table.name, **arguments) == expected


@pytest.mark.parametrize("view", ["NEW_IMAGE", "KEYS_ONLY"])
def test_an_enabled_stream_is_not_enabled_again(tables: FreshTables, view: str):
    table = tables.create("id", view="NEW_IMAGE")
    specification = {"StreamEnabled": True, "StreamViewType": view}

    assert refused(table.update_table, StreamSpecification=specification) == invalid(
        f"Table already has an enabled stream: TableName: {table.name}"
    )


def test_tags_of_a_table_come_and_go(tables: FreshTables):
    table = tables.create("id", Tags=[{"Key": "team", "Value": "mill"}])
    arn = table.describe()["TableArn"]
    tables.client.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "test"}])
    both = tables.client.list_tags_of_resource(ResourceArn=arn)["Tags"]
    tables.client.untag_resource(ResourceArn=arn, TagKeys=["team"])

    assert sorted(tag["Key"] for tag in both) == ["stage", "team"]
    assert tables.client.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "test"}]
