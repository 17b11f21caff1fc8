"""What an item may hold: every type, extreme numbers, sizes, empty and nested values, over the wire."""

import pytest
from tests.api.fresh_tables import FreshTables, in_order, invalid, refused

KEY = {"id": {"S": "k"}}
WRONG = "One or more parameter values were invalid: "


def kept(tables: FreshTables, value: dict) -> dict:
    """The value as it is read back after it was put."""
    table = tables.create("id")
    table.put({**KEY, "v": value})
    return table.get(KEY)["v"]


@pytest.mark.parametrize(
    "value",
    [
        {"S": "é😀\u0000\n"},
        {"S": ""},
        {"B": bytes(range(256))},
        {"B": b""},
        {"BOOL": False},
        {"NULL": True},
        {"M": {}},
        {"L": []},
        {"L": [{"S": ""}, {"M": {"deep er.": {"L": [{"NULL": True}, {"N": "1"}]}}}]},
        {"M": {"S": {"S": "S"}, "ключ": {"BS": [b"\x00", b"\xff"]}}},
    ],
)
def test_a_value_of_every_type_is_kept_as_it_is(tables: FreshTables, value: dict):
    assert in_order(kept(tables, value)) == in_order(value)


@pytest.mark.parametrize(
    ("kind", "elements"),
    [("SS", ["b", "a", "é"]), ("NS", ["3", "-1", "0.5"]), ("BS", [b"b", b"", b"\x00\x01"])],
)
def test_a_set_keeps_its_elements(tables: FreshTables, kind: str, elements: list):
    assert sorted(kept(tables, {kind: elements})[kind]) == sorted(elements)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("0." + "1234567890" * 3 + "12345678", "0." + "1234567890" * 3 + "12345678"),
        ("9.9999999999999999999999999999999999999E+125", "99999999999999999999999999999999999999" + "0" * 88),
        (
            "-9.9999999999999999999999999999999999999E125",
            "-99999999999999999999999999999999999999" + "0" * 88,
        ),
        ("1E-130", "0." + "0" * 129 + "1"),
        ("-1E-130", "-0." + "0" * 129 + "1"),
        ("0001.5000", "1.5"),
        ("-0", "0"),
        ("+7", "7"),
        (".5", "0.5"),
        ("1e3", "1000"),
    ],
)
def test_a_number_is_kept_exactly_and_read_in_its_plain_form(tables: FreshTables, sent: str, read: str):
    assert kept(tables, {"N": sent}) == {"N": read}


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
        (
            "1E126",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "1E-131",
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
        ("one", "The parameter cannot be converted to a numeric value: one"),
        ("", "The parameter cannot be converted to a numeric value"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
    ],
)
def test_a_number_beyond_the_limits_is_refused(tables: FreshTables, number: str, message: str):
    table = tables.create("id")

    assert refused(table.put_item, Item={**KEY, "v": {"N": number}}) == invalid(message)


def test_numbers_are_added_without_loss(tables: FreshTables):
    table = tables.create("id")
    table.put({**KEY, "v": {"N": "9999999999999999999999999999999999999"}})
    exact = table.update(KEY, "ADD v :d", {":d": {"N": "0.1"}}, ReturnValues="UPDATED_NEW")

    assert exact["Attributes"]["v"] == {"N": "9999999999999999999999999999999999999.1"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"SS": []}, f"{WRONG}An string set  may not be empty"),
        ({"NS": []}, f"{WRONG}An number set  may not be empty"),
        ({"BS": []}, f"{WRONG}Binary sets should not be empty"),
        ({"SS": ["a", "a"]}, f"{WRONG}Input collection [a, a] contains duplicates."),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        ({"NULL": False}, f"{WRONG}Null attribute value types must have the value of true"),
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (
            {"S": "a", "N": "1"},
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
            "supported datatypes",
        ),
    ],
)
def test_what_is_no_value_is_refused(tables: FreshTables, value: dict, message: str):
    table = tables.create("id")
    call = tables.unchecked.put_item

    assert refused(call, TableName=table.name, Item={**KEY, "v": value}) == invalid(message)
    assert refused(call, TableName=table.name, Item={**KEY, "v": {"L": [value]}}) == invalid(message)


@pytest.mark.parametrize(("kind", "empty", "word"), [("S", "", "string"), ("B", b"", "binary")])
def test_a_key_is_not_empty(tables: FreshTables, kind: str, empty: object, word: str):
    table = tables.create(f"id:{kind}")
    expected = invalid(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
        f"an empty {word} value. Key: id"
    )

    assert refused(table.put_item, Item={"id": {kind: empty}}) == expected
    assert refused(table.get_item, Key={"id": {kind: empty}}) == expected


@pytest.mark.parametrize("key", [{"N": "-1.5E-10"}, {"B": b"\x00\xff\x01"}, {"S": "a\u0000b"}])
def test_keys_of_every_type_find_their_item(tables: FreshTables, key: dict):
    kind = next(iter(key))
    table = tables.create(f"id:{kind}", f"at:{kind}")
    table.put({"id": key, "at": key, "v": {"S": "here"}})

    assert table.get({"id": key, "at": key})["v"] == {"S": "here"}


def test_equal_numbers_are_one_key(tables: FreshTables):
    table = tables.create("id:N")
    table.put({"id": {"N": "1.0"}, "v": {"S": "first"}})
    table.put({"id": {"N": "10E-1"}, "v": {"S": "second"}})

    assert table.scan()["Items"] == [{"id": {"N": "1"}, "v": {"S": "second"}}]


def test_keys_are_as_long_as_aws_lets_them_be(tables: FreshTables):
    table = tables.create("id", "at")
    longest = {"id": {"S": "x" * 2048}, "at": {"S": "y" * 1024}}
    table.put(longest)
    too_long = refused(table.put_item, Item={**longest, "id": {"S": "x" * 2049}})
    range_too_long = refused(table.put_item, Item={**longest, "at": {"S": "y" * 1025}})

    assert table.get(longest) == longest
    assert too_long == invalid(f"{WRONG}Size of hashkey has exceeded the maximum size limit of2048 bytes")
    assert range_too_long == invalid(
        f"{WRONG}Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    )


ITEM_BYTES = 400 * 1024
ROOM = ITEM_BYTES - len("id") - len("k") - len("v")


@pytest.mark.parametrize(
    ("kind", "content"), [("S", "x" * ROOM), ("B", b"x" * ROOM), ("S", "é" * (ROOM // 2 - 1) + "xx")]
)
def test_an_item_of_400_kb_is_kept_and_one_byte_more_refused(
    tables: FreshTables, kind: str, content: str | bytes
):
    table = tables.create("id")
    item = {**KEY, "v": {kind: content}}
    table.put(item)
    more = {**KEY, "v": {kind: content + content[-1:]}}
    values = {":v": more["v"]}
    update = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": values}

    assert table.get(KEY) == item
    assert refused(table.put_item, Item=more) == invalid("Item size has exceeded the maximum allowed size")
    assert refused(table.update_item, Key=KEY, **update) == invalid(
        "Item size to update has exceeded the maximum allowed size"
    )
    assert table.get(KEY) == item


def nested(levels: int) -> dict:
    value: dict = {"S": "core"}
    for _ in range(levels):
        value = {"M": {"m": value}}
    return value


def test_documents_are_nested_32_levels_deep(tables: FreshTables):
    table = tables.create("id")

    assert kept(tables, nested(31)) == nested(31)
    assert refused(table.put_item, Item={**KEY, "v": nested(40)}) == invalid(
        "Nesting Levels have exceeded supported limits: "
        "Attributes in the item have nested levels beyond supported limit"
    )


def test_an_attribute_has_a_name(tables: FreshTables):
    table = tables.create("id")

    assert refused(table.put_item, Item={**KEY, "": {"S": "x"}})[0] == "ValidationException"
