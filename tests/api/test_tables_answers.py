"""What UpdateTable answers of a change, and what DescribeTable tells afterwards: the two differ on AWS.

The numbers at the tests are those of ack-api-quirks DDB-TABLE-nnn, probed on AWS in October 2026.
"""

from typing import Any

import pytest
from tests.api.fresh_tables import FreshTable, FreshTables, definitions, index, invalid, key_schema, refused

UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
SAME_KEY = (
    "One or more parameter values were invalid: Table is already encrypted with given KMSMasterKeyId. "
    "Use KMSMasterKeyId parameter if you want to change Master Key"
)


def told(table: FreshTable, member: str, **change: Any) -> tuple[Any, Any]:
    """A member of UpdateTable's answer to the change, and of the table afterwards."""
    answer = table.update_table(**change)["TableDescription"]
    return answer.get(member), table.describe().get(member)


def maxima(read: int | None = None, write: int | None = None) -> dict[str, int]:
    units = {"MaxReadRequestUnits": read, "MaxWriteRequestUnits": write}
    return {name: value for name, value in units.items() if value is not None}


def test_a_maximum_that_is_taken_away_is_told_once(tables: FreshTables):  # 178, 182
    table = tables.create("id:S")

    changes = [maxima(1000, 500), maxima(read=-1), maxima(write=-1), maxima(-1, -1)]
    answers = [told(table, "OnDemandThroughput", OnDemandThroughput=change) for change in changes]

    assert answers == [
        (maxima(1000, 500), maxima(1000, 500)),
        (maxima(-1, 500), maxima(write=500)),
        (maxima(write=-1), None),
        (maxima(-1, -1), None),
    ]


def seal(table: FreshTable, **specification: Any) -> tuple[Any, Any]:
    return told(table, "SSEDescription", SSESpecification=specification)


def test_a_change_of_encryption_tells_of_the_key_that_there_was(tables: FreshTables):  # 140, 361
    table = tables.create("id:S")
    mine = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/mine"}

    turned_on, default = seal(table, Enabled=True)
    changed, custom = seal(table, **mine)
    turned_off, none = seal(table, Enabled=False)

    assert turned_on == {"Status": "UPDATING"}
    assert changed == {**default, "Status": "UPDATING"}
    assert turned_off == {**custom, "Status": "UPDATING"}
    assert none is None
    assert default["Status"] == custom["Status"] == "ENABLED"
    assert default["KMSMasterKeyArn"] != custom["KMSMasterKeyArn"]


def test_a_key_is_told_by_the_same_arn_whatever_it_was_named_by(tables: FreshTables):  # 044, 141
    made = [
        tables.create("id:S", SSESpecification=specification).describe()["SSEDescription"]
        for specification in (
            {"Enabled": True},
            {"SSEType": "KMS"},
            {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/aws/dynamodb"},
        )
    ]

    assert made[0] == made[1] == made[2]
    assert made[0]["KMSMasterKeyArn"].startswith("arn:aws:kms:eu-central-1:000000000000:key/")


@pytest.mark.parametrize("key", ["alias/aws/dynamodb", "alias/mine", "11111111-2222-3333-4444-555555555555"])
def test_only_a_keys_arn_is_known_again(tables: FreshTables, key: str):  # 082, 141
    by_name = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    table = tables.create("id:S", SSESpecification=by_name)
    arn = table.describe()["SSEDescription"]["KMSMasterKeyArn"]

    assert refused(table.update_table, SSESpecification={**by_name, "KMSMasterKeyId": arn}) == invalid(
        SAME_KEY
    )
    assert seal(table, **by_name)[0]["Status"] == "UPDATING"


def test_the_time_of_going_on_demand_is_told_when_it_is_done(tables: FreshTables):  # 064, 183
    table = tables.create("id:S", BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    assert "BillingModeSummary" not in table.describe()

    answer, since = told(table, "BillingModeSummary", BillingMode="PAY_PER_REQUEST")
    back = told(table, "BillingModeSummary", BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)

    assert answer == {"BillingMode": "PAY_PER_REQUEST"}
    assert since["BillingMode"] == "PAY_PER_REQUEST"
    kept = {**since, "BillingMode": "PROVISIONED"}
    assert back == (kept, kept)


def test_a_change_of_the_table_class_answers_with_the_old_one(tables: FreshTables):  # 177, 180, 284
    table = tables.create("id:S")

    nothing = told(table, "TableClassSummary", TableClass="STANDARD")
    before, first = told(table, "TableClassSummary", TableClass="STANDARD_INFREQUENT_ACCESS")
    old, second = told(table, "TableClassSummary", TableClass="STANDARD")

    assert (*nothing, before) == (None, None, None)
    assert old == first
    assert (first["TableClass"], second["TableClass"]) == ("STANDARD_INFREQUENT_ACCESS", "STANDARD")
    assert second["LastUpdateDateTime"] > first["LastUpdateDateTime"]


def test_warm_throughput_that_a_table_is_made_with_is_told_to_be_under_way(tables: FreshTables):  # 032
    name = tables.name()
    warm = {"ReadUnitsPerSecond": 12_001, "WriteUnitsPerSecond": 4_001}

    answer = tables.client.create_table(
        TableName=name,
        AttributeDefinitions=definitions("id:S"),
        KeySchema=key_schema("id"),
        BillingMode="PAY_PER_REQUEST",
        WarmThroughput=warm,
    )["TableDescription"]

    assert answer["WarmThroughput"] == {**warm, "Status": "UPDATING"}
    described = tables.client.describe_table(TableName=name)["Table"]
    assert described["WarmThroughput"] == {**warm, "Status": "ACTIVE"}


WRONG = "One or more parameter values were invalid: "
ABOVE = "Subscriber limit exceeded: Requested {} for OnDemandThroughput for {} exceeds {} of the account in region "
ON_DEMAND_UPDATES: list[tuple[dict[str, Any], str, str]] = [  # 056, 154
    (
        {"OnDemandThroughput": maxima(40_001, 1)},
        "LimitExceededException",
        ABOVE.format("MaxReadRequestUnits", "table", "TableMaxReadCapacityUnits"),
    ),
    (
        {
            "GlobalSecondaryIndexUpdates": [
                {"Update": {"IndexName": "by-age", "OnDemandThroughput": maxima(write=40_001)}}
            ]
        },
        "LimitExceededException",
        ABOVE.format("MaxWriteRequestUnits", "index : by-age", "TableMaxWriteCapacityUnits"),
    ),
    (
        {"ProvisionedThroughput": UNITS},
        "ValidationException",
        f"{WRONG}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is ",
    ),
    (
        {"BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": UNITS},
        "ValidationException",
        f"{WRONG}ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST",
    ),
]


@pytest.mark.parametrize(("change", "code", "message"), ON_DEMAND_UPDATES)
def test_an_on_demand_table_refuses_what_is_not_for_it(
    tables: FreshTables, change: dict[str, Any], code: str, message: str
):
    table = tables.create("id:S", defined=["age:N"], GlobalSecondaryIndexes=[index("by-age", "age")])

    told_code, sentence = refused(table.update_table, **change)

    assert told_code == code
    assert sentence.startswith(message)


def test_what_no_key_uses_is_found_before_a_wrong_index(tables: FreshTables):  # 127
    wrong = {**index("by-age", "age"), "Projection": {}}

    assert refused(
        tables.unchecked.create_table,
        TableName=tables.name(),
        AttributeDefinitions=definitions("id:S", "age:N", "size:N"),
        KeySchema=key_schema("id"),
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[wrong],
    ) == invalid(
        f"{WRONG}Some AttributeDefinitions are not used. AttributeDefinitions: [id, age, size], keys used: [id, age]"
    )
