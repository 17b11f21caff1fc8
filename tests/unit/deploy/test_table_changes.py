"""AWS takes one kind of change and one index at a time: the requests follow that."""

from typing import Any

from millrace.deploy.resources import table_changes
from millrace.deploy.resources.table_shape import UNLIMITED

WARM = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000}


def table(**changed: Any) -> dict[str, Any]:
    return {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "name", "AttributeType": "S"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "ProvisionedThroughput": None,
        "OnDemandThroughput": dict(UNLIMITED),
        "WarmThroughput": WARM,
        "GlobalSecondaryIndexes": [],
        "StreamSpecification": None,
        "DeletionProtectionEnabled": False,
        "TableClass": "STANDARD",
        "SSESpecification": {"SSEEnabled": False},
        **changed,
    }


def index(name: str, projection: str = "ALL", units: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "IndexName": name,
        "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": projection},
        "OnDemandThroughput": dict(UNLIMITED),
    }
    if units is not None:
        found["ProvisionedThroughput"] = {"ReadCapacityUnits": units, "WriteCapacityUnits": units}
    return found


def made(name: str) -> dict[str, Any]:
    """What CreateTable and UpdateTable are given to make it."""
    return {key: value for key, value in index(name).items() if key != "OnDemandThroughput"}


def requests(wanted: dict[str, Any], live: dict[str, Any]) -> list[dict[str, Any]]:
    return list(table_changes.requests(wanted, live))


def test_what_is_equal_needs_no_request():
    assert requests(table(), table()) == []


def test_indexes_come_and_go_one_at_a_time():
    wanted = table(GlobalSecondaryIndexes=[index("b"), index("c")])
    live = table(GlobalSecondaryIndexes=[index("a"), index("b")])

    deleted, created = requests(wanted, live)

    assert deleted == {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "a"}}]}
    assert created["GlobalSecondaryIndexUpdates"] == [{"Create": made("c")}]
    assert created["AttributeDefinitions"] == table()["AttributeDefinitions"]


def test_an_index_with_another_projection_is_made_anew():
    wanted, live = (table(GlobalSecondaryIndexes=[index("a", kind)]) for kind in ("ALL", "KEYS_ONLY"))

    deleted, created = requests(wanted, live)

    assert deleted == {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "a"}}]}
    assert created["GlobalSecondaryIndexUpdates"] == [{"Create": made("a")}]


def test_another_view_type_is_another_stream():
    wanted, live = (
        table(StreamSpecification={"StreamViewType": view}) for view in ("NEW_IMAGE", "KEYS_ONLY")
    )

    assert requests(wanted, live) == [
        {"StreamSpecification": {"StreamEnabled": False}},
        {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}},
    ]


def test_capacity_of_table_and_indexes_goes_together():
    units = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2}
    wanted = table(
        BillingMode="PROVISIONED",
        ProvisionedThroughput=units,
        GlobalSecondaryIndexes=[index("a", units=2)],
    )

    assert requests(wanted, table(GlobalSecondaryIndexes=[index("a")])) == [
        {
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": units,
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "a", "ProvisionedThroughput": units}}],
        }
    ]


def test_what_goes_alone_goes_alone():
    wanted = table(
        DeletionProtectionEnabled=True,
        TableClass="STANDARD_INFREQUENT_ACCESS",
        SSESpecification={"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/aws/dynamodb"},
    )

    assert requests(wanted, table()) == [
        {"DeletionProtectionEnabled": True},
        {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
        {"SSESpecification": {"Enabled": True, "SSEType": "KMS"}},
    ]


def test_maxima_of_table_and_indexes_go_apart_and_are_taken_away_by_name():
    few = {"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": -1}
    wanted = table(OnDemandThroughput=few, GlobalSecondaryIndexes=[index("a")])
    live = table(GlobalSecondaryIndexes=[{**index("a"), "OnDemandThroughput": few}])

    assert requests(wanted, live) == [
        {"OnDemandThroughput": few},
        {
            "GlobalSecondaryIndexUpdates": [
                {"Update": {"IndexName": "a", "OnDemandThroughput": dict(UNLIMITED)}}
            ]
        },
    ]


def test_maxima_of_what_gets_provisioned_are_not_taken_away_by_name():
    units = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2}
    live = table(OnDemandThroughput={"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": 5})

    assert requests(table(BillingMode="PROVISIONED", ProvisionedThroughput=units), live) == [
        {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units}
    ]


def test_what_is_made_is_made_with_the_maxima_it_has():
    most = {"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": -1}
    made = table_changes.creation(table(OnDemandThroughput=most, GlobalSecondaryIndexes=[index("a")]))

    assert made["OnDemandThroughput"] == {"MaxReadRequestUnits": 5}
    assert "OnDemandThroughput" not in made["GlobalSecondaryIndexes"][0]


def test_what_is_warm_gets_warmer_and_never_cooler():
    warmer = {"ReadUnitsPerSecond": 20_000}
    wanted = table(WarmThroughput=warmer)

    cool = table_changes.seen(wanted, table())
    warm = table_changes.seen(wanted, table(WarmThroughput={**WARM, "ReadUnitsPerSecond": 30_000}))

    assert requests(wanted, cool) == [{"WarmThroughput": warmer}]
    assert requests(wanted, warm) == []


def test_a_key_is_the_same_by_its_arn_its_id_and_its_alias():
    def sealed(key: str) -> dict[str, Any]:
        return table(SSESpecification={"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key})

    arn = "arn:aws:kms:eu-central-1:000000000000"
    for told, asked in ((f"{arn}:key/1-2", "1-2"), (f"{arn}:alias/mine", "alias/mine"), (arn, arn)):
        assert requests(sealed(asked), table_changes.seen(sealed(asked), sealed(told))) == []
    other = requests(sealed("1-3"), table_changes.seen(sealed("1-3"), sealed(f"{arn}:key/1-2")))
    assert other == [{"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "1-3"}}]
