"""AWS takes one kind of change and one index at a time: the requests follow that."""

from typing import Any

from millrace.deploy.resources import table_changes


def table(**changed: Any) -> dict[str, Any]:
    return {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "name", "AttributeType": "S"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "ProvisionedThroughput": None,
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
    }
    if units is not None:
        found["ProvisionedThroughput"] = {"ReadCapacityUnits": units, "WriteCapacityUnits": units}
    return found


def requests(wanted: dict[str, Any], live: dict[str, Any]) -> list[dict[str, Any]]:
    return list(table_changes.requests(wanted, live))


def test_what_is_equal_needs_no_request():
    assert requests(table(), table()) == []


def test_indexes_come_and_go_one_at_a_time():
    wanted = table(GlobalSecondaryIndexes=[index("b"), index("c")])
    live = table(GlobalSecondaryIndexes=[index("a"), index("b")])

    deleted, created = requests(wanted, live)

    assert deleted == {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "a"}}]}
    assert created["GlobalSecondaryIndexUpdates"] == [{"Create": index("c")}]
    assert created["AttributeDefinitions"] == table()["AttributeDefinitions"]


def test_an_index_with_another_projection_is_made_anew():
    wanted, live = (table(GlobalSecondaryIndexes=[index("a", kind)]) for kind in ("ALL", "KEYS_ONLY"))

    deleted, created = requests(wanted, live)

    assert deleted == {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "a"}}]}
    assert created["GlobalSecondaryIndexUpdates"] == [{"Create": index("a")}]


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
        SSESpecification={"SSEEnabled": True},
    )

    assert requests(wanted, table()) == [
        {"DeletionProtectionEnabled": True},
        {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
        {"SSESpecification": {"Enabled": True}},
    ]
