"""Whether conditions hold."""

import pytest

from millrace.dynamodb.expressions import Expressions

item = {
    "id": {"S": "order-1"},
    "price": {"N": "10"},
    "cheap": {"N": "9.5"},
    "data_": {"B": "AAEC"},
    "tags": {"SS": ["blue", "red"]},  # stored items are normalised
    "nums": {"NS": ["1", "2.5"]},
    "blobs": {"BS": ["AAE=", "/w=="]},
    "on": {"BOOL": True},
    "none": {"NULL": True},
    "doc": {"M": {"city": {"S": "Bern"}, "rows_": {"L": [{"S": "x"}, {"N": "2"}, {"M": {"k": {"S": "v"}}}]}}},
    "list_": {"L": [{"SS": ["a", "b"]}, {"N": "1"}]},
    "smile": {"S": "a\U0001f600"},
}
values = {
    ":order": {"S": "order-1"},
    ":ord": {"S": "ord"},
    ":ten": {"N": "10.0"},
    ":nine": {"N": "9"},
    ":hundred": {"N": "100"},
    ":red": {"S": "red"},
    ":one": {"N": "1.0"},
    ":bytes": {"B": "AAE="},
    ":part": {"B": "AQ=="},
    ":tags": {"SS": ["red", "blue"]},
    ":true": {"BOOL": True},
    ":S": {"S": "S"},
    ":M": {"S": "M"},
    ":bern": {"S": "Bern"},
    ":ab": {"SS": ["b", "a"]},
    ":two": {"N": "2"},
    ":three": {"N": "3"},
}


def holds(text, of=item):
    used = {
        name: value
        for name, value in values.items()
        if name in text.replace("(", " ").replace(")", " ").replace(",", " ").split()
    }
    expressions = Expressions({"#on": "on", "#none": "none"} if "#" in text else None, used or None)
    return expressions.condition(text)(of)


@pytest.mark.parametrize(
    "text",
    [
        "id = :order",
        "price = :ten",
        "price <> :nine",
        "nowhere <> :nine",
        "price > :nine",
        "price >= :ten",
        "price < :hundred",
        "cheap < price",
        "price BETWEEN :nine AND :hundred",
        "price IN (:nine, :ten)",
        "begins_with(id, :ord)",
        "begins_with(data_, :bytes)",
        "contains(id, :ord)",
        "contains(tags, :red)",
        "contains(nums, :one)",
        "contains(blobs, :bytes)",
        "contains(data_, :part)",
        "contains(list_, :ab)",
        "contains(list_, :one)",
        "tags = :tags",
        "#on = :true",
        "attribute_exists(doc.city)",
        "attribute_exists(doc.rows_[2].k)",
        "attribute_not_exists(doc.rows_[3])",
        "attribute_not_exists(doc.city.x)",
        "attribute_not_exists(id[0])",
        "attribute_not_exists(doc.rows_.x)",
        "attribute_type(id, :S)",
        "attribute_type(doc, :M)",
        "doc.city = :bern",
        "size(tags) = :two",
        "size(doc) = :two",
        "size(doc.rows_) = :three",
        "size(data_) = :three",
        "size(smile) = :three",
        "size(id) > :two",
        "NOT id = :ord",
        "NOT NOT id = :order",
        "NOT price < :nine AND id = :order",
        "id = :ord OR price = :ten AND id = :order",
        "id = :order OR price = :nine AND id = :ord",
        "(id = :order OR price = :nine) AND attribute_exists(id)",
        "((id) = :order) AND ((price) > (cheap))",
        "(size(id)) > :two",
        "not(attribute_exists(nowhere)) aNd id= :order",
    ],
)
def test_these_hold(text):
    assert holds(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "id = :ten",
        "nowhere = :nine",
        "nowhere < :nine",
        "nowhere = nowhere_else",
        "id < :ten",
        "#on > price",
        "price BETWEEN :hundred AND :hundred",
        "nowhere BETWEEN :nine AND :ten",
        "price IN (:nine, :hundred)",
        "begins_with(price, :ord)",
        "begins_with(nowhere, :ord)",
        "contains(nums, :red)",
        "contains(doc, :red)",
        "contains(price, :one)",
        "contains(nowhere, :red)",
        "attribute_type(nowhere, :S)",
        "size(price) = :two",
        "size(nowhere) < :hundred",
        "(id = :order OR price = :nine) AND attribute_exists(nowhere)",
        "#none = :true",
    ],
)
def test_these_do_not_hold(text):
    assert holds(text) is False


def test_a_missing_item_has_no_attributes():
    assert holds("attribute_not_exists(id)", None)
    assert not holds("attribute_exists(id)", None)


def test_a_condition_knows_the_attributes_it_looks_at():
    condition = Expressions({"#b": "b"}, {":v": {"S": "x"}}).condition("a = :v AND size(#b.c[0]) > d")

    assert condition.attributes == {"a", "b", "d"}
    assert condition.nested == {"b"}
