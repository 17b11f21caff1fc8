"""PartiQL over the wire: one statement at a time, what it reads, writes and puts into the stream."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.fresh_tables import FreshTable, FreshTables, index, invalid, refused

MISSING_KEY = "Where clause does not contain a mandatory equality on all key attributes"


def execute(table: FreshTable, statement: str, *parameters: Any, **more: Any) -> dict[str, Any]:
    """Execute a statement in which `TBL` is the table."""
    if parameters:
        more["Parameters"] = list(parameters)
    return table.client.execute_statement(Statement=named(table, statement), **more)


def named(table: FreshTable, statement: str) -> str:
    return statement.replace("TBL", f'"{table.name}"', 1)


def items(table: FreshTable, statement: str, *parameters: Any, **more: Any) -> list[dict[str, Any]]:
    return execute(table, statement, *parameters, **more)["Items"]


def not_done(table: FreshTable, statement: str, *parameters: Any, **more: Any) -> tuple[str, str]:
    if parameters:
        more["Parameters"] = list(parameters)
    return refused(table.client.execute_statement, Statement=named(table, statement), **more)


def music(tables: FreshTables) -> FreshTable:
    """Artists a and b with songs 0 to 4 each, an index by genre that has keys only, and one by year."""
    table = tables.create(
        "artist",
        "song:N",
        defined=("genre", "year:N"),
        GlobalSecondaryIndexes=[index("by-genre", "genre", projection="KEYS_ONLY")],
        LocalSecondaryIndexes=[index("by-year", "artist", "year", projection="KEYS_ONLY")],
    )
    table.fill(
        [
            {
                "artist": {"S": artist},
                "song": {"N": str(song)},
                "genre": {"S": "odd" if song % 2 else "even"},
                "year": {"N": str(2000 - song)},
                "title": {"S": f"{artist}{song}"},
            }
            for artist in "ab"
            for song in range(5)
        ]
    )
    return table


def titles(found: list[dict[str, Any]]) -> list[str]:
    return [item["title"]["S"] for item in found]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("artist = 'a'", ["a0", "a1", "a2", "a3", "a4"]),
        ("artist = 'a' AND song = 2", ["a2"]),
        ("artist = 'a' AND song > 0 AND song <= 2", ["a1", "a2"]),
        ("1 >= song AND 'a' = artist", ["a0", "a1"]),
        ("artist = 'a' AND song BETWEEN 3 AND 9", ["a3", "a4"]),
        ("artist = 'a' AND song IN (4, 0)", ["a0", "a4"]),
        ("artist = 'a' AND NOT song = 2 AND title <> 'a0'", ["a1", "a3", "a4"]),
        ("artist IN ['b', 'a'] AND song = 1", ["b1", "a1"]),
        ("artist IN ('a', 'a') AND song = 1", ["a1"]),
        ("artist = 'a' AND artist = 'b'", []),
        ("artist = 'a' AND song > 3 AND song < 3", []),
        ("artist = 'b' ORDER BY song DESC", ["b4", "b3", "b2", "b1", "b0"]),
        ("artist IN ['a', 'b'] AND song < 2 ORDER BY artist DESC, song ASC", ["b0", "b1", "a0", "a1"]),
        ("artist IN ['b', 'a'] AND song < 2 ORDER BY artist, song DESC", ["a1", "a0", "b1", "b0"]),
        ("(artist = 'b' AND song = 0) OR (artist = 'a' AND song = 1)", ["b0", "a1"]),
    ],
)
def test_a_select_by_key_gives_its_items_in_order(tables: FreshTables, where: str, expected: list[str]):
    assert titles(items(music(tables), f"SELECT title FROM TBL WHERE {where}")) == expected


@pytest.mark.parametrize("limit", [1, 3, 4, 100])
@pytest.mark.parametrize(
    "where",
    [
        "artist IN ['b', 'a'] AND song <> 3",
        "title <> 'a3' AND title <> 'b3'",
        "artist = 'a' ORDER BY song DESC",
    ],
)
def test_pages_make_up_the_whole(tables: FreshTables, where: str, limit: int):
    table = music(tables)
    statement = f"SELECT title FROM TBL WHERE {where}"
    whole, paged = titles(items(table, statement)), []
    answer = execute(table, statement, Limit=limit)
    while True:
        assert len(answer["Items"]) <= limit
        paged += titles(answer["Items"])
        assert ("NextToken" in answer) == ("LastEvaluatedKey" in answer)
        if "NextToken" not in answer:
            break
        answer = execute(table, statement, Limit=limit, NextToken=answer["NextToken"])

    assert paged == whole


def test_a_page_ends_at_a_megabyte_wherever_its_rows_are(tables: FreshTables):
    table = tables.create("id")
    table.fill([{"id": {"S": str(number)}, "data": {"S": "x" * 300_000}} for number in range(5)])
    statement = "SELECT id FROM TBL WHERE id IN ['0', '1', '2', '3', '4']"
    first = execute(table, statement)
    second = execute(table, statement, NextToken=first["NextToken"])

    assert [item["id"]["S"] for item in first["Items"]] == ["0", "1", "2", "3"]
    assert [item["id"]["S"] for item in second["Items"]] == ["4"]
    assert "NextToken" not in second


def test_a_next_token_serves_its_own_request_alone(tables: FreshTables):
    table = music(tables)
    token = execute(table, "SELECT title FROM TBL WHERE artist = ?", {"S": "a"}, Limit=1)["NextToken"]

    other = "NextToken does not match request"
    assert not_done(table, "SELECT song FROM TBL WHERE artist = ?", {"S": "a"}, NextToken=token) == invalid(
        other
    )
    assert not_done(table, "SELECT title FROM TBL WHERE artist = ?", {"S": "b"}, NextToken=token) == invalid(
        other
    )
    assert not_done(table, "SELECT * FROM TBL", NextToken="nonsense") == invalid("Invalid NextToken")


def test_an_index_is_read_by_its_own_key(tables: FreshTables):
    table = music(tables)

    by_year = items(
        table, 'SELECT title FROM TBL."by-year" WHERE artist = \'a\' AND "year" < 1998 ORDER BY "year"'
    )
    assert titles(by_year) == ["a4", "a3"]
    by_genre = items(table, "SELECT * FROM TBL.\"by-genre\" WHERE genre = 'odd' AND artist = 'a'")
    assert sorted(item["song"]["N"] for item in by_genre) == ["1", "3"]
    assert items(table, "SELECT song FROM TBL.\"by-genre\" WHERE title = 'a1'") == []

    wrong = "One or more parameter values were invalid: "
    assert not_done(table, "SELECT title FROM TBL.\"by-genre\" WHERE genre = 'odd'") == invalid(
        wrong + "Global secondary index by-genre does not project [title]"
    )
    assert not_done(
        table, "SELECT song FROM TBL.\"by-genre\" WHERE genre = 'odd' AND title = 'a1'"
    ) == invalid(wrong + "Secondary index by-genre does not project one or more filter attributes: [title]")
    assert not_done(table, 'SELECT song FROM TBL."by-genre"', ConsistentRead=True) == invalid(
        "Strongly consistent read is not supported on Global Secondary Indexes"
    )
    assert not_done(table, "SELECT song FROM TBL.other") == invalid(
        "The table does not have the specified index"
    )


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "SELECT * FROM TBL ORDER BY song",
            "Must have WHERE clause in the statement when using ORDER BY clause.",
        ),
        (
            "SELECT * FROM TBL WHERE title = 'x' ORDER BY song",
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ),
        (
            "SELECT * FROM TBL WHERE artist = 'a' ORDER BY title",
            "Variable reference title in ORDER BY clause must be part of the primary key",
        ),
        (
            "SELECT * FROM TBL WHERE artist = 1",
            "Key attribute's data type should match its data type in table's schema: Key artist",
        ),
        (
            "SELECT * FROM TBL WHERE artist = 'a' AND begins_with(song, '1')",
            "Key attribute's data type should match its data type in table's schema: Key song",
        ),
        (
            "SELECT * FROM TBL WHERE song = 'x'",
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            "SELECT * FROM TBL WHERE artist = ''",
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: artist",
        ),
        (
            "SELECT artist.x FROM TBL",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: artist",
        ),
        ("INSERT INTO TBL VALUE {'artist': 'a'}", "Key attribute should be present in the item: Key song"),
        (
            "INSERT INTO TBL VALUE {'artist': 'a', 'song': 'x'}",
            "Key attribute's data type should match its data type in table's schema: Key song",
        ),
        ("UPDATE TBL SET title = 'x' WHERE artist = 'a'", MISSING_KEY),
        ("UPDATE TBL SET title = 'x' WHERE artist = 'a' AND song > 0", MISSING_KEY),
        ("DELETE FROM TBL WHERE artist IN ['a'] AND song = 0", MISSING_KEY),
        (
            "DELETE FROM TBL WHERE artist = 'a' AND song = 0 AND song = 1",
            "Multiple conditions on same key song. Only single item Update/Insert/Delete are supported",
        ),
        (
            "UPDATE TBL SET song = 2 WHERE artist = 'a' AND song = 0",
            "One or more parameter values were invalid: Cannot update attribute song. "
            "This attribute is part of the key",
        ),
        (
            "UPDATE TBL SET genre = 2 WHERE artist = 'a' AND song = 0",
            "One or more parameter values were invalid: Type mismatch for Index Key genre Expected: S Actual: N "
            "IndexName: by-genre",
        ),
        (
            "EXISTS(SELECT * FROM TBL WHERE artist = 'a')",
            "EXISTS can only be used in ExecuteTransaction write requests.",
        ),
    ],
)
def test_what_does_not_fit_the_table_is_refused(tables: FreshTables, statement: str, message: str):
    assert not_done(music(tables), statement) == invalid(message)


def test_a_statement_on_no_table_is_answered_as_such(tables: FreshTables):
    code, message = refused(tables.client.execute_statement, Statement="SELECT * FROM nowhere")

    assert (code, message) == ("ResourceNotFoundException", "Requested resource not found")


def test_limits_of_a_request_are_those_of_the_model(tables: FreshTables):
    client = tables.unchecked
    for arguments, told in (
        (
            {"Statement": ""},
            "Value '' at 'statement' failed to satisfy constraint: Member must have length greater",
        ),
        ({"Statement": "x" * 8193}, "Member must have length less than or equal to 8192"),
        ({"Statement": "SELECT * FROM abc", "Limit": 0}, "Value '0' at 'limit' failed to satisfy constraint"),
        ({"Statement": "SELECT * FROM abc", "Parameters": []}, "Value '[]' at 'parameters' failed"),
    ):
        code, message = refused(client.execute_statement, **arguments)
        assert code == "ValidationException"
        assert told in message


def test_writes_change_items_return_them_and_stand_in_the_stream(tables: FreshTables):
    table = tables.create("id", view="NEW_AND_OLD_IMAGES")
    one = {"id": {"S": "1"}, "n": {"N": "1"}, "m": {"M": {"a": {"N": "1"}, "b": {"N": "2"}}}}

    assert items(table, "INSERT INTO TBL VALUE {'id': ?, 'n': 1, 'm': {'a': 1, 'b': 2}}", {"S": "1"}) == []
    assert not_done(table, "INSERT INTO TBL VALUE {'id': '1'}") == (
        "DuplicateItemException",
        "Duplicate primary key exists in table",
    )
    update = "UPDATE TBL SET n = n + 1, m.a = 5 WHERE id = '1' RETURNING"
    assert items(table, f"{update} MODIFIED OLD *") == [{"n": {"N": "1"}, "m": {"M": {"a": {"N": "1"}}}}]
    assert items(table, f"{update} MODIFIED NEW *") == [{"n": {"N": "3"}, "m": {"M": {"a": {"N": "5"}}}}]
    assert items(table, "UPDATE TBL REMOVE m WHERE id = '1' RETURNING MODIFIED NEW *") == []
    assert items(table, "UPDATE TBL SET n = 9 WHERE id = '1' RETURNING ALL OLD *") == [
        {"id": {"S": "1"}, "n": {"N": "3"}}
    ]
    last = {"id": {"S": "1"}, "n": {"N": "9"}}
    assert items(table, "UPDATE TBL SET n = 9 WHERE id = '1' RETURNING ALL NEW *") == [last]
    assert items(table, "DELETE FROM TBL WHERE id = '1' AND n = 9 RETURNING ALL OLD *") == [last]
    assert items(table, "DELETE FROM TBL WHERE id = '1' AND n = 9 RETURNING ALL OLD *") == []

    changes = table.changes()
    assert [change[0] for change in changes] == ["INSERT", *["MODIFY"] * 4, "REMOVE"]
    assert changes[0][2] == one
    assert changes[-1][1] == last


def test_an_update_makes_no_item_and_a_failed_condition_can_tell_the_item(tables: FreshTables):
    table = tables.create("id")
    table.put({"id": {"S": "1"}, "n": {"N": "1"}})
    failed = ("ConditionalCheckFailedException", "The conditional request failed")

    assert not_done(table, "UPDATE TBL SET n = 1 WHERE id = '2'") == failed
    assert not_done(table, "UPDATE TBL SET n = 1 WHERE id = '2' AND n IS MISSING") == failed
    assert table.get({"id": {"S": "2"}}) is None
    for statement in (
        "UPDATE TBL SET n = 2 WHERE id = '1' AND n = 7",
        "DELETE FROM TBL WHERE id = '1' AND n = 7",
    ):
        assert not_done(table, statement) == failed
        with pytest.raises(ClientError) as caught:
            execute(table, statement, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        assert caught.value.response["Item"] == {"id": {"S": "1"}, "n": {"N": "1"}}


def test_consumed_capacity_is_told_of_table_and_indexes(tables: FreshTables):
    table = music(tables)

    def units(statement: str, **more: Any) -> Any:
        return execute(table, statement, ReturnConsumedCapacity="INDEXES", **more)["ConsumedCapacity"]

    assert units("SELECT * FROM TBL WHERE artist = 'a'")["CapacityUnits"] == 0.5
    assert units("SELECT * FROM TBL WHERE artist = 'a'", ConsistentRead=True)["CapacityUnits"] == 1.0
    assert units("SELECT song FROM TBL.\"by-genre\" WHERE genre = 'odd'")["GlobalSecondaryIndexes"] == {
        "by-genre": {"CapacityUnits": 0.5}
    }
    written = units("INSERT INTO TBL VALUE {'artist': 'c', 'song': 1, 'genre': 'odd'}")
    assert (written["CapacityUnits"], written["Table"]) == (2.0, {"CapacityUnits": 1.0})


def test_values_of_all_types_come_and_go_as_parameters(tables: FreshTables):
    table = tables.create("id")
    values = {
        "b": {"B": b"\x00\xff"},
        "bs": {"BS": [b"a", b"b"]},
        "l": {"L": [{"NULL": True}, {"BOOL": False}]},
        "m": {"M": {"x": {"NS": ["1", "2"]}}},
    }
    members = ", ".join(f"'{name}': ?" for name in values)
    execute(table, f"INSERT INTO TBL VALUE {{'id': 'x', {members}}}", *values.values())
    where = " AND ".join(f"{name} = ?" for name in values)

    assert items(table, f"SELECT * FROM TBL WHERE id = 'x' AND {where}", *values.values()) == [
        {"id": {"S": "x"}, **values}
    ]


def test_an_update_that_begins_with_from_changes_its_item_and_makes_none(tables: FreshTables):
    table = tables.create("id")
    table.fill([{"id": {"S": "1"}, "a": {"N": "1"}}])
    changed = items(
        table, "FROM TBL WHERE id = '1' AND a = 1 SET b = ? REMOVE a RETURNING ALL NEW *", {"N": "2"}
    )
    assert changed == [{"id": {"S": "1"}, "b": {"N": "2"}}]
    code, _ = not_done(table, "FROM TBL WHERE id = '2' SET b = 2")
    assert code == "ConditionalCheckFailedException"
    assert not_done(table, "FROM TBL SET b = 2") == invalid(MISSING_KEY)
