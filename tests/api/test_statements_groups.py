"""Several statements of PartiQL at once, over the wire: batches, whose parts stand alone, and transactions."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.fresh_tables import FreshTable, FreshTables, index, invalid, refused


def statements(table: FreshTable, *texts: str | tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The members of a request; in each text `TBL` is the table."""
    pairs = [text if isinstance(text, tuple) else (text, {}) for text in texts]
    return [{"Statement": text.replace("TBL", f'"{table.name}"', 1), **more} for text, more in pairs]


def batch(table: FreshTable, *texts: str | tuple[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    return table.client.batch_execute_statement(Statements=statements(table, *texts), **more)


def transact(table: FreshTable, *texts: str | tuple[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    return table.client.execute_transaction(TransactStatements=statements(table, *texts), **more)


def no_batch(table: FreshTable, *texts: str) -> tuple[str, str]:
    return refused(table.client.batch_execute_statement, Statements=statements(table, *texts))


def no_transaction(table: FreshTable, *texts: str) -> tuple[str, str]:
    return refused(table.client.execute_transaction, TransactStatements=statements(table, *texts))


def reasons(table: FreshTable, *texts: str | tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Why a transaction is cancelled."""
    with pytest.raises(ClientError) as caught:
        transact(table, *texts)
    assert caught.value.response["Error"]["Code"] == "TransactionCanceledException"
    return caught.value.response["CancellationReasons"]


def numbers(tables: FreshTables, **more: Any) -> FreshTable:
    table = tables.create("id", **more)
    table.fill([{"id": {"S": str(number)}, "n": {"N": str(number)}} for number in range(3)])
    return table


TOLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
KEYLESS = "Select statements within {} must specify the primary key in the where clause."


def test_each_read_of_a_batch_is_answered_for_itself(tables: FreshTables):
    table = numbers(tables)
    answer = batch(
        table,
        "SELECT * FROM TBL WHERE id = '1'",
        "SELECT n FROM TBL WHERE id = 'none'",
        ("SELECT n FROM TBL WHERE id = ?", {"Parameters": [{"S": "2"}], "ConsistentRead": True}),
        "SELECT * FROM TBL",
        "SELECT * FROM TBL WHERE id = '0' AND n = 0",
        "SELECT * FROM nowhere WHERE id = '1'",
        "SELEC",
        ReturnConsumedCapacity="TOTAL",
    )

    assert answer["Responses"] == [
        {"TableName": table.name, "Item": {"id": {"S": "1"}, "n": {"N": "1"}}},
        {"TableName": table.name},
        {"TableName": table.name, "Item": {"n": {"N": "2"}}},
        *[{"Error": {"Code": "ValidationError", "Message": KEYLESS.format("BatchExecuteStatement")}}] * 2,
        {"Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"}},
        {
            "Error": {
                "Code": "ValidationError",
                "Message": "Statement wasn't well formed, can't be processed: Expected data manipulation",
            }
        },
    ]
    assert answer["ConsumedCapacity"] == [{"TableName": table.name, "CapacityUnits": 2.0}]


def test_each_write_of_a_batch_happens_for_itself(tables: FreshTables):
    table = numbers(tables, view="KEYS_ONLY")
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    answer = batch(
        table,
        "INSERT INTO TBL VALUE {'id': 'new'}",
        "INSERT INTO TBL VALUE {'id': '0'}",
        "UPDATE TBL SET n = n + 5 WHERE id = '1' RETURNING ALL NEW *",
        "UPDATE TBL SET n = 1 WHERE id = 'none'",
        ("DELETE FROM TBL WHERE id = '2' AND n = 7", TOLD),
        "UPDATE TBL SET n = 1",
        "EXISTS(SELECT * FROM TBL WHERE id = '1')",
    )

    assert answer["Responses"] == [
        {"TableName": table.name},
        {
            "TableName": table.name,
            "Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"},
        },
        {"TableName": table.name, "Item": {"id": {"S": "1"}, "n": {"N": "6"}}},
        {"TableName": table.name, "Error": failed},
        {"TableName": table.name, "Error": {**failed, "Item": {"id": {"S": "2"}, "n": {"N": "2"}}}},
        {
            "Error": {
                "Code": "ValidationError",
                "Message": "Where clause does not contain a mandatory equality on all key attributes",
            }
        },
        {
            "Error": {
                "Code": "ValidationError",
                "Message": "EXISTS can only be used in ExecuteTransaction write requests.",
            }
        },
    ]
    assert [change[0] for change in table.changes()][3:] == ["INSERT", "MODIFY"]


def test_a_batch_either_reads_or_writes_and_has_each_item_once(tables: FreshTables):
    table = numbers(tables)
    read, write = "SELECT * FROM TBL WHERE id = '1'", "UPDATE TBL SET n = 7 WHERE id = '1'"

    assert no_batch(table, read, write) == invalid(
        "Read and write requests together in the same batch is not supported."
    )
    assert no_batch(table, "SELECT n FROM TBL WHERE id = ?", write) == invalid(
        "Read and write requests together in the same batch is not supported."
    )
    for one in (read, write):
        assert no_batch(table, one, one) == invalid("Provided list of item keys contains duplicates")
    code, message = refused(
        tables.unchecked.batch_execute_statement, Statements=statements(table, *[read] * 26)
    )
    assert code == "ValidationException"
    assert "Member must have length less than or equal to 25" in message
    assert table.get({"id": {"S": "1"}}) == {"id": {"S": "1"}, "n": {"N": "1"}}


def test_a_transaction_reads_items_in_their_order(tables: FreshTables):
    table = numbers(tables)
    answer = transact(
        table,
        "SELECT n FROM TBL WHERE id = '2'",
        "SELECT * FROM TBL WHERE id = 'none'",
        ("SELECT * FROM TBL WHERE id = ?", {"Parameters": [{"S": "0"}]}),
        ReturnConsumedCapacity="TOTAL",
    )

    assert answer["Responses"] == [
        {"Item": {"n": {"N": "2"}}},
        {},
        {"Item": {"id": {"S": "0"}, "n": {"N": "0"}}},
    ]
    [consumed] = answer["ConsumedCapacity"]
    assert consumed["CapacityUnits"] == 6.0


def test_a_transaction_writes_all_or_nothing(tables: FreshTables):
    table = numbers(tables)
    answer = transact(
        table,
        "INSERT INTO TBL VALUE {'id': 'new'}",
        "UPDATE TBL SET n = n + 1 WHERE id = '0'",
        "DELETE FROM TBL WHERE id = '1'",
        "EXISTS(SELECT * FROM TBL WHERE id = '2' AND n = 2)",
    )
    assert answer["Responses"] == []
    assert table.get({"id": {"S": "0"}}) == {"id": {"S": "0"}, "n": {"N": "1"}}
    assert table.get({"id": {"S": "1"}}) is None

    told = reasons(
        table,
        "INSERT INTO TBL VALUE {'id': 'new'}",
        "UPDATE TBL SET n = 9 WHERE id = '0'",
        ("EXISTS(SELECT * FROM TBL WHERE id = '2' AND n = 3)", TOLD),
    )
    assert [reason["Code"] for reason in told] == ["DuplicateItem", "None", "ConditionalCheckFailed"]
    assert told[2]["Item"] == {"id": {"S": "2"}, "n": {"N": "2"}}
    assert table.get({"id": {"S": "0"}}) == {"id": {"S": "0"}, "n": {"N": "1"}}


def test_a_transaction_with_a_token_happens_once(tables: FreshTables):
    table = numbers(tables)
    count = "UPDATE TBL SET n = n + 1 WHERE id = '0'"
    for _ in range(2):
        transact(table, count, ClientRequestToken="once")

    assert table.get({"id": {"S": "0"}}) == {"id": {"S": "0"}, "n": {"N": "1"}}
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        transact(table, count.replace("0", "1"), ClientRequestToken="once")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (
            ["SELECT * FROM TBL WHERE id = '1'", "DELETE FROM TBL WHERE id = '2'"],
            "ExecuteTransaction API does not support both read and write operations in the same request.",
        ),
        (
            ["SELECT * FROM TBL WHERE id = '1'", "SELECT * FROM TBL"],
            "Validation failed in TransactStatements[1]: " + KEYLESS.format("ExecuteTransaction"),
        ),
        (
            ["EXISTS(SELECT * FROM TBL WHERE id = '1')"],
            "Validation failed in TransactStatements[0]: "
            "EXISTS() must contain a single item read with additional condition",
        ),
        (
            ["UPDATE TBL SET n = 1 WHERE id = '1' RETURNING ALL NEW *"],
            "Validation failed in TransactStatements[0]: RETURNING clause is not supported in ExecuteTransaction.",
        ),
        (
            ["UPDATE TBL SET n = size(n) WHERE id = '1'"],
            "Validation failed in TransactStatements[0]: "
            "The function is not allowed in an update expression; function: size",
        ),
        (
            ["SELEC"],
            "Validation failed in TransactStatements[0]: "
            "Statement wasn't well formed, can't be processed: Expected data manipulation",
        ),
        (
            ["UPDATE TBL SET n = 1 WHERE id = '1'", "DELETE FROM TBL WHERE id = '1'"],
            "Transaction request cannot include multiple operations on one item",
        ),
    ],
)
def test_what_is_no_transaction_is_refused(tables: FreshTables, texts: list[str], message: str):
    assert no_transaction(numbers(tables), *texts) == invalid(message)


def test_a_batch_refuses_an_index_with_several_key_attributes_before_it_wants_a_key(tables: FreshTables):
    table = tables.create(
        "id",
        defined=("a", "b", "c"),
        GlobalSecondaryIndexes=[
            index("one", "a"),
            {
                "IndexName": "two",
                "KeySchema": [{"AttributeName": name, "KeyType": "HASH"} for name in "bc"],
                "Projection": {"ProjectionType": "ALL"},
            },
        ],
    )
    answer = table.client.batch_execute_statement(
        Statements=[
            {"Statement": f"SELECT * FROM \"{table.name}\".one WHERE a = 'x'"},
            {"Statement": f"SELECT * FROM \"{table.name}\".two WHERE b = 'x' AND c = 'x'"},
        ]
    )
    assert [response["Error"]["Message"] for response in answer["Responses"]] == [
        "Select statements within BatchExecuteStatement must specify the primary key in the where clause.",
        "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys.",
    ]


def test_a_parameter_that_is_no_value_refuses_the_transaction_without_naming_its_statement(
    tables: FreshTables,
):
    table = tables.create("id")
    with pytest.raises(ClientError) as caught:
        table.client.execute_transaction(
            TransactStatements=[
                {
                    "Statement": f"UPDATE \"{table.name}\" SET n = ? WHERE id = '1'",
                    "Parameters": [{"N": "1e99999999999"}],
                }
            ]
        )
    assert caught.value.response["Error"]["Message"] == (
        "The parameter cannot be converted to a numeric value: 1e99999999999"
    )
