"""Filter policies on attributes and on bodies."""

import json

import pytest

from millrace.topics.filter_policy import FilterError, attribute_values, body_values, compile_policy

ATTRIBUTES = {
    "store": ("String", "example_corp"),
    "price": ("Number", "210.75"),
    "interests": ("String.Array", '["rugby", "football", 5, true, null]'),
    "ip": ("String", "10.0.0.7"),
    "raw": ("Binary", "AAE="),
}


def on_attributes(policy: object) -> bool:
    return compile_policy(json.dumps(policy), nested=False)(attribute_values(ATTRIBUTES))


@pytest.mark.parametrize(
    "policy",
    [
        {"store": ["example_corp"]},
        {"store": ["other", "example_corp"], "price": [210.75]},
        {"store": [{"prefix": "exam"}]},
        {"store": [{"suffix": "corp"}]},
        {"store": [{"equals-ignore-case": "EXAMPLE_corp"}]},
        {"store": [{"wildcard": "ex*_c*p"}]},
        {"store": [{"anything-but": ["a", "b"]}]},
        {"store": [{"anything-but": {"prefix": "other"}}]},
        {"price": [{"numeric": [">", 210, "<=", 210.75]}]},
        {"price": [{"anything-but": [1, 2]}]},
        {"interests": ["rugby"]},
        {"interests": [5]},
        {"interests": [True]},
        {"interests": [None]},
        {"ip": [{"cidr": "10.0.0.0/24"}]},
        {"store": [{"exists": True}], "missing": [{"exists": False}]},
        {"$or": [{"store": ["other"]}, {"price": [{"numeric": ["=", 210.75]}]}]},
    ],
)
def test_a_message_passes_when_every_key_has_a_value_that_is_wanted(policy: object):
    assert on_attributes(policy)


@pytest.mark.parametrize(
    "policy",
    [
        {"store": ["other"]},
        {"store": ["example_corp"], "missing": ["x"]},
        {"store": [{"anything-but": "example_corp"}]},
        {"missing": [{"anything-but": "x"}]},
        {"store": [{"wildcard": "ex*x*corp"}]},
        {"price": ["210.75"]},
        {"price": [{"numeric": ["<", 210.75]}]},
        {"interests": [1]},
        {"ip": [{"cidr": "10.0.1.0/24"}]},
        {"store": [{"exists": False}]},
    ],
)
def test_a_message_is_left_out_otherwise(policy: object):
    assert not on_attributes(policy)


def test_a_policy_on_bodies_looks_into_objects_and_lists():
    policy = {"order": {"lines": {"sku": ["b"]}}, "total": [{"numeric": [">=", 3]}]}
    wants = compile_policy(json.dumps(policy), nested=True)

    assert wants(body_values({"order": {"lines": [{"sku": "a"}, {"sku": "b"}]}, "total": 3}))
    assert not wants(body_values({"order": {"lines": [{"sku": "a"}]}, "total": 3}))
    assert not wants(body_values({"order": "b", "total": 3}))


def test_a_dot_in_a_name_is_a_level():
    wants = compile_policy('{"a.b": ["x"]}', nested=True)

    assert wants(body_values({"a": {"b": "x"}}))
    assert wants(body_values({"a.b": "x"}))
    assert not wants(body_values({"a": {"c": "x"}}))


def test_a_body_may_be_as_deep_as_json_allows_and_have_names_as_long():
    wants = compile_policy('{"a": {"a": ["x"]}}', nested=True)
    long = "n" * 100_000

    assert not wants(body_values(json.loads('{"a":' * 900 + '["x"]' + "}" * 900)))
    assert wants(body_values({long: dict.fromkeys(map(str, range(20_000)), 1), "a": {"a": "x"}}))


@pytest.mark.parametrize("level", ['{"a":%s}', '{"$or":[%s]}'])
def test_a_policy_that_is_too_deep_is_too_complex(level: str):
    front, end = (level.partition("%s")[part] * 500 for part in (0, 2))

    with pytest.raises(FilterError, match="Filter policy is too complex"):
        compile_policy(f'{front}{{"a":["x"]}}{end}', nested=True)


@pytest.mark.parametrize(
    ("policy", "is_too_complex"),
    [
        ({"a": {"b": {"c": list(range(4))}}, "d": {"e": [1, 2, 3]}, "f": [1, 2, 3]}, True),
        ({"a": {"b": {"c": list(range(4))}}, "d": {"e": [1, 2, 3]}, "f": [1, 2]}, False),
        ({"a": [1, 2, 3], "$or": [{"b": list(range(30))}, {"c": list(range(20))}]}, False),
        ({"a": [1, 2, 3], "$or": [{"b": list(range(30))}, {"c": list(range(21))}]}, True),
    ],
)
def test_values_count_as_often_as_they_are_deep(policy: object, *, is_too_complex: bool):
    if is_too_complex:
        with pytest.raises(FilterError, match="Filter policy is too complex"):
            compile_policy(json.dumps(policy), nested=True)
    else:
        compile_policy(json.dumps(policy), nested=True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"key": {"inner": ["x"]}}', "does not support nested filter policy"),
        ('{"key": "x"}', '"key" must be an object or an array'),
        ('{"key": []}', "Empty arrays are not allowed"),
        ('{"key": [["x"]]}', "Match value must be String, number, true, false, or null"),
        ('{"key": [{"no-operator": 1}]}', "Unrecognized match type no-operator"),
        ('{"key": [{"suffix": "a", "prefix": "b"}]}', "Only one key allowed in match expression"),
        ('{"key": [{"prefix": 100}]}', "prefix match pattern must be a string"),
        ('{"key": [{"exists": "no"}]}', r"exists match pattern must be either true or false\."),
        ('{"key": [{"anything-but": {"suffix": "a"}}]}', "Unsupported anything-but pattern: suffix"),
        ('{"key": [{"numeric": [">", 3, "<", 1]}]}', "Bottom must be less than top"),
        ('{"key": [{"numeric": ["<", 100, ">", 10]}]}', "Too many elements in numeric expression"),
        ('{"key": [{"numeric": []}]}', "Invalid member in numeric match: ]"),
        ('{"key": [{"numeric": [1, "<="]}]}', "Invalid member in numeric match: 1"),
        ('{"key": [{"numeric": ["operator"]}]}', "Unrecognized numeric range operator: operator"),
        ('{"key": [{"numeric": ["=", "000"]}]}', "Value of equals must be numeric"),
        ('{"key": [{"numeric": [">", 20, 30]}]}', "Bad value in numeric range: 30"),
        ('{"key": [{"numeric": [">", 20, ">", 30]}]}', "Bad numeric range operator: >"),
        ('{"key": [{"numeric": [">", 20, "<"]}]}', "Value of < must be numeric"),
        ('{"key": [{"numeric": [">", 1, "<", 2, "<", 3]}]}', "Too many terms in numeric range expression"),
        ('{"key": [{"cidr": ["x"]}]}', "prefix match pattern must be a string"),
        ('{"key": [{"cidr": "x"}]}', "Malformed CIDR, one '/' required"),
        ('{"key": [{"cidr": "x/8x"}]}', "Malformed CIDR, mask bits must be an integer"),
        ('{"key": [{"cidr": "x.1/8"}]}', "Nonstandard IP address: x.1"),
        ('{"key": {"inner": "x"}}', '"inner" must be an object or an array'),
        ('{"key": [{"numeric": [">", "20"]}]}', "Value of > must be numeric"),
        ('{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}', "can not have more than 5 keys"),
        (json.dumps({name: list(range(13)) for name in "ab"}), "Filter policy is too complex"),
        ("not json", "failed to parse JSON"),
    ],
)
def test_what_is_no_policy_is_refused_in_snss_words(text: str, problem: str):
    with pytest.raises(FilterError, match=problem):
        compile_policy(text, nested=False)
