"""Filter patterns: EventBridge's rules as AWS answered them, and DynamoDB's peculiarities."""

import orjson
import pytest

from millrace.triggers.filter import (
    InvalidPatternError,
    Miss,
    check,
    compile_filters,
    compile_pattern,
    explain,
)


def matches(pattern, record):
    return compile_pattern(orjson.dumps(pattern).decode())(record)


MATCHING = [
    ({"a": ["x"]}, {"a": "x"}),
    ({"a": [""]}, {"a": ""}),
    ({"a": [None]}, {"a": None}),
    ({"a": [False]}, {"a": False}),
    ({"a": [300]}, {"a": 300.0}),
    ({"a": ["x", "y"]}, {"a": "y"}),
    ({"a": ["x"], "b": {"c": [1]}}, {"a": "x", "b": {"c": 1, "d": 2}}),
    ({"$or": [{"a": ["x"]}, {"b": ["x"]}]}, {"a": "-", "b": "x"}),
    ({"a": {"$or": [{"b": [1]}, {"c": [1]}]}}, {"a": {"c": 1}}),
    ({"a": [{"exists": True}, {"prefix": "x"}]}, {"a": "y"}),
    ({"a": [{"prefix": "us-"}]}, {"a": "us-1"}),
    ({"a": [{"prefix": ""}]}, {"a": "y"}),
    ({"a": [{"prefix": {"equals-ignore-case": "Us-"}}]}, {"a": "uS-1"}),
    ({"a": [{"suffix": ".png"}]}, {"a": "x.png"}),
    ({"a": [{"suffix": {"equals-ignore-case": ".PNG"}}]}, {"a": "x.png"}),
    ({"a": [{"equals-ignore-case": "ALICE"}]}, {"a": "alice"}),
    ({"a": [{"equals-ignore-case": ""}]}, {"a": ""}),
    ({"a": [{"wildcard": "a*b"}]}, {"a": "a/\n/b"}),
    ({"a": [{"wildcard": "a\\*b"}]}, {"a": "a*b"}),
    ({"a": [{"wildcard": "*b*c"}]}, {"a": "abbac"}),
    ({"a": [{"wildcard": "*"}]}, {"a": ""}),
    ({"a": [{"anything-but": "x"}]}, {"a": "y"}),
    ({"a": [{"anything-but": "x"}]}, {"a": None}),
    ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "z"}),
    ({"a": [{"anything-but": 5}]}, {"a": 6}),
    ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "y"}),
    ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": 1}),
    ({"a": [{"anything-but": {"suffix": ["x", "y"]}}]}, {"a": "yz"}),
    ({"a": [{"anything-but": {"equals-ignore-case": ["X"]}}]}, {"a": "y"}),
    ({"a": [{"anything-but": {"wildcard": "*x*"}}]}, {"a": "y"}),
    ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5}),
    ({"a": [{"numeric": ["=", 301.8]}]}, {"a": 301.8}),
    ({"a": [{"numeric": [">", 100]}]}, {"a": 101.0}),
    ({"a": [{"exists": True}]}, {"a": None}),
    ({"a": [{"exists": False}]}, {"b": 1}),
    ({"a": {"b": [{"exists": False}]}}, {"c": 1}),
    ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.0.255"}),
    ({"a": [{"cidr": "2001:db8::/32"}]}, {"a": "2001:db8::1"}),
    ({"a": ["x"]}, {"a": ["w", "x"]}),
    ({"a": {"b": ["x"]}}, {"a": [{"b": "w"}, {"b": "x"}]}),
    ({"a.b": ["x"]}, {"a": {"b": "x"}}),
    ({"a": {"b": ["x"]}}, {"a.b": "y", "a": {"b": "x"}}),
    ({"a": {"b.c": ["x"]}}, {"a.b": {"c": "x"}}),
    ({"a": {"b": ["x"]}}, {"a.b": "x"}),
    ({"eventName": ["INSERT"], "eventSource": ["aws:dynamodb"]}, {"eventName": "INSERT", "eventSource": "aws:dynamodb"}),
    ({"dynamodb": {"ApproximateCreationDateTime": [{"numeric": [">", 0]}]}}, {"dynamodb": {"ApproximateCreationDateTime": 17.0}}),
    # `exists` speaks of leaves only: an object counts as nothing.
    ({"NewImage": {"key": [{"exists": False}]}}, {"NewImage": {"key": {"S": "v"}}}),
    ({"NewImage": {"key": {"S": [{"exists": True}]}}}, {"NewImage": {"key": {"S": "v"}}}),
    ({"N": [{"numeric": [">", 100]}, {"anything-but": "101"}]}, {"N": "42"}),
]  # fmt: skip

NOT_MATCHING = [
    ({"a": ["x"]}, {"a": "X"}),
    ({"a": ["x"]}, {}),
    ({"a": [None]}, {"a": "null"}),
    ({"a": [None]}, {}),
    ({"a": [True]}, {"a": 1}),
    ({"a": [1]}, {"a": True}),
    ({"a": [1]}, {"a": "1"}),
    ({"A": ["x"]}, {"a": "x"}),
    ({"a": ["x"], "b": ["x"]}, {"a": "x"}),
    ({"$or": [{"a": ["x"]}, {"b": ["x"]}]}, {"a": "-", "b": "-"}),
    ({"a": [{"suffix": ".png"}]}, {"a": "x.PNG"}),
    ({"a": [{"equals-ignore-case": ""}]}, {"a": "x"}),
    ({"a": [{"wildcard": ""}]}, {"a": "x"}),
    ({"a": [{"wildcard": "ab*bc"}]}, {"a": "abc"}),
    ({"a": [{"wildcard": "a*b*c"}]}, {"a": "acb"}),
    ({"a": [{"prefix": "1"}]}, {"a": 1}),
    ({"a": [{"anything-but": "x"}]}, {}),
    ({"a": [{"anything-but": {"prefix": "x"}}]}, {}),
    ({"a": [{"numeric": ["=", 300]}]}, {"a": "300"}),
    ({"a": [{"numeric": ["=", 0]}]}, {"a": None}),
    ({"a": [{"exists": True}]}, {"a": []}),
    ({"a": [{"exists": False}]}, {"a": 0}),
    ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.1.0"}),
    ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": 5}),
    ({"a": {"b": ["x"]}}, {"a": '{"b":"x"}'}),
    # Without the type there is only an object.
    ({"NewImage": {"key": ["v"]}}, {"NewImage": {"key": {"S": "v"}}}),
    ({"N": [{"numeric": [">", 100]}, {"anything-but": "101"}]}, {"N": "101"}),
]


@pytest.mark.parametrize(("pattern", "record"), MATCHING)
def test_a_record_matches(pattern, record):
    assert matches(pattern, record) is True


@pytest.mark.parametrize(("pattern", "record"), NOT_MATCHING)
def test_a_record_does_not_match(pattern, record):
    assert matches(pattern, record) is False


@pytest.mark.parametrize(
    "text",
    [
        "single-string",
        '[{"eventName": ["INSERT"=123}]',
        "null",
        "[]",
        "{}",
        '"x"',
        '{"a":"x"}',
        '{"a":[]}',
        '{"a":{}}',
        '{"a":[["x"]]}',
        '{"a":[{}]}',
        '{"a":[{"Prefix":"x"}]}',
        '{"a":[{"prefix":1}]}',
        '{"a":[{"prefix":"x","suffix":"y"}]}',
        '{"a":[{"exists":"true"}]}',
        '{"a":[{"numeric":5}]}',
        '{"a":[{"numeric":[]}]}',
        '{"a":[{"numeric":["<","x"]}]}',
        '{"a":[{"numeric":[">"]}]}',
        '{"a":[{"numeric":[">",1,">",2]}]}',
        '{"a":[{"numeric":[">",5,"<",1]}]}',
        '{"a":[{"numeric":[[],1]}]}',
        '{"a":[{"anything-but":[]}]}',
        '{"a":[{"anything-but":null}]}',
        '{"a":[{"anything-but":{"numeric":[">",1]}}]}',
        '{"a":[{"anything-but":{"prefix":null}}]}',
        '{"a":[{"wildcard":"a**b"}]}',
        '{"a":[{"wildcard":"*:*:*:*:*:event-bus/*"}]}',
        '{"a":[{"anything-but":{"prefix":""}}]}',
        '{"a":[{"anything-but":{"suffix":["x",""]}}]}',
        '{"a":[{"anything-but":{"prefix":{"equals-ignore-case":"x"}}}]}',
        '{"a":[{"anything-but":{"equals-ignore-case":[1]}}]}',
        '{"a":[{"anything-but":{"exists":true}}]}',
        '{"a":[{"anything-but":[null]}]}',
        '{"a":[{"anything-but":[["x"]]}]}',
        '{"a":[{"cidr":"10.0.0.0"}]}',
        '{"a":[{"cidr":"10.0.0.0/x"}]}',
        '{"$or":[]}',
        '{"$or":["x"]}',
    ],
)
def test_a_pattern_that_is_none_is_refused(text):
    with pytest.raises(InvalidPatternError):
        compile_pattern(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"$or":[{"a":["x"]}]}',
        '{"b":{"$or":[{"a":["x"]},{"$or":[{"a":["x"]}]}]}}',
        '{"":' * 700 + '["x"]' + "}" * 700,
        '{"$or":[' * 400 + '{"a":["x"]}' + "]}" * 400,
        '{"' + "a." * 2_000 + 'a":["x"]}',
        '{"a":["x"',
        "[]",
        '{"a":[{"prefix":1}]}',
    ],
)
def test_a_pattern_that_nobody_may_ask_for_is_refused(text):
    with pytest.raises(InvalidPatternError):
        check(text)


def test_a_pattern_may_be_as_deep_as_a_record():
    path = ["dynamodb", "NewImage", "a", *(["M", "a"] * 31), "S"]
    check(f'{{"{".".join(path)}":["x"]}}')
    check("".join(f'{{"{name}":' for name in path) + '["x"]' + "}" * len(path))


STAFF = {"staff": [{"first": "Anna", "last": "Smith"}, {"first": "Peter", "last": "Jones"}], "at": "x"}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ({"staff": {"first": ["Anna"], "last": ["Smith"]}}, True),
        ({"staff": {"first": ["Anna"], "last": ["Jones"]}}, False),
        ({"staff": {"first": ["Anna"]}, "at": ["x"]}, True),
        ({"staff": {"first": ["Anna"], "$or": [{"last": ["Jones"]}, {"last": [{"prefix": "S"}]}]}}, True),
        ({"staff": {"first": ["Anna"], "$or": [{"last": ["Jones"]}, {"last": ["Doe"]}]}}, False),
        ({"staff": {"first": ["Anna"], "middle": [{"exists": False}]}}, True),
        ({"staff.first": ["Peter"], "staff.last": [{"anything-but": "Jones"}]}, False),
        ({"$or": [{"staff": {"first": ["Anna"], "last": ["Jones"]}}, {"at": ["x"]}]}, True),
    ],
)
def test_one_element_of_a_list_must_meet_what_is_asked_of_its_objects(pattern, matches):
    text = orjson.dumps(pattern).decode()

    assert compile_pattern(text)(STAFF) is matches
    assert (explain(text, STAFF) == ()) is matches


def test_long_lists_are_looked_through_and_what_would_take_for_ever_passes():
    staff = [{"first": "Anna", "last": str(number)} for number in range(1_000)]
    found = compile_pattern('{"a":{"first":["Anna"],"last":["999"]}}')
    missed = compile_pattern('{"a":{"first":["Peter"],"last":["0"]}}')
    assert found({"a": staff})
    assert not missed({"a": [*staff, {"first": "Peter", "last": "x"}]})

    lists = {name: list(staff[:200]) for name in "abcdefg"}
    wanted = ",".join(f'"{name}":{{"first":["Anna"],"last":[{{"prefix":""}}]}}' for name in "abcdefg")
    endless = compile_pattern(f'{{{wanted},"h":{{"first":["Peter"],"last":["0"]}}}}')
    assert endless(lists | {"h": [*staff, {"first": "Peter", "last": "x"}]})


def test_nested_lists_and_dynamodb_lists_are_matched_element_by_element():
    items = [
        {"M": {"kind": {"S": kind}, "sizes": {"L": [{"S": "s"}, {"S": size}]}}} for kind, size in ("ax", "by")
    ]
    record = {"dynamodb": {"NewImage": {"items": {"L": items}}}}

    def wants(kind, *sizes):
        fields = {"kind": {"S": [kind]}, "sizes": {"L": {"S": list(sizes)}}}
        return orjson.dumps({"dynamodb": {"NewImage": {"items": {"L": {"M": fields}}}}}).decode()

    assert compile_pattern(wants("a", "x"))(record)
    assert compile_pattern(wants("b", "q", "s"))(record)
    assert not compile_pattern(wants("a", "y"))(record)


def test_one_of_several_patterns_suffices_and_none_lets_all_pass():
    either = compile_filters(('{"a":["x"]}', '{"b":["x"]}'))

    assert (either({"a": "x"}), either({"b": "x"}), either({"c": "x"})) == (True, True, False)
    assert compile_filters(()) is None


@pytest.mark.parametrize(("pattern", "record"), MATCHING)
def test_nothing_is_to_be_explained_of_a_record_that_matches(pattern, record):
    assert explain(orjson.dumps(pattern).decode(), record) == ()


@pytest.mark.parametrize(("pattern", "record"), NOT_MATCHING)
def test_there_is_a_reason_for_every_record_that_does_not_match(pattern, record):
    assert explain(orjson.dumps(pattern).decode(), record) != ()


def test_the_conditions_that_are_not_met_are_named_with_what_was_found():
    pattern = (
        '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"n":{"N":[{"numeric":[">",5]}]},"tag.S":["x"]}}}'
    )
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": {"n": {"N": "7"}}}}

    assert explain(pattern, record) == (
        Miss("dynamodb.NewImage.n.N", [{"numeric": [">", 5]}], ("7",)),
        Miss("dynamodb.NewImage.tag.S", ["x"]),
    )


def test_alternatives_are_told_of_only_if_none_is_met():
    pattern = '{"a":{"$or":[{"b":[1]},{"c":[2],"d":[3]}]},"e":["x"]}'
    choices = [{"b": [1]}, {"c": [2], "d": [3]}]
    missed = ((Miss("a.b", [1]),), (Miss("a.c", [2], (4,)),))

    assert explain(pattern, {"a": {"c": 4, "d": 3}, "e": "x"}) == (Miss("a.$or", choices, (), missed),)
    assert explain(pattern, {"a": {"b": 1}, "e": "y"}) == (Miss("e", ["x"], ("y",)),)


def test_what_is_no_pattern_cannot_be_explained():
    with pytest.raises(InvalidPatternError):
        explain('{"a":[]}', {})
