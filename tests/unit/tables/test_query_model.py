"""Query and Scan against a plain model: a list that is filtered and sorted, on tables and all kinds of indexes."""

import operator
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.tables.calls import run

KINDS = {"p": "S", "c": "N", "x": "S", "y": "N", "z": "S"}


class Place(NamedTuple):
    """A table (without a name) or an index: its partition attributes, and those it sorts by."""

    name: str | None
    hashes: tuple[str, ...]
    ranges: tuple[str, ...]

    @property
    def keys(self):
        return tuple(dict.fromkeys((*self.hashes, *self.ranges, "p", "c")))

    def holds(self, item):
        return all(name in item for name in self.keys)


PLACES = (
    Place(None, ("p",), ("c",)),
    Place("local", ("p",), ("x",)),
    Place("global", ("x",), ("y",)),
    Place("hash", ("z",), ()),
    Place("several", ("x", "p"), ("y", "z", "c")),
)
COMPARE = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "begins_with": lambda value, prefix: value.startswith(prefix),
}

contents = {"S": st.sampled_from(["a", "aa", "ab", "b", "\u00ff", "\U0001f600"]), "N": st.integers(-2, 3)}
items = st.lists(
    st.fixed_dictionaries(
        {"p": st.sampled_from("ab"), "c": contents["N"]},
        optional={"x": contents["S"], "y": contents["N"], "z": contents["S"]},
    ),
    max_size=30,
    unique_by=lambda item: (item["p"], item["c"]),
)


def wire(name, value):
    return {KINDS[name]: str(value)}


def plain(item):
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}


@st.composite
def questions(draw):
    """A place, and conditions on its key: equal from the left, and perhaps one comparison after those."""
    place = draw(st.sampled_from(PLACES))
    equal = draw(st.integers(0, len(place.ranges)))
    asked = [(name, "=", draw(contents[KINDS[name]])) for name in (*place.hashes, *place.ranges[:equal])]
    if equal < len(place.ranges) and draw(st.booleans()):
        name = place.ranges[equal]
        operators = [one for one in COMPARE if one != "begins_with" or KINDS[name] == "S"]
        asked.append((name, draw(st.sampled_from(operators)), draw(contents[KINDS[name]])))
    return place, draw(st.permutations(asked))


def expression(asked):
    """KeyConditionExpression and its values."""
    parts = [
        f"begins_with({name}, :{name})" if compare == "begins_with" else f"{name} {compare} :{name}"
        for name, compare, _ in asked
    ]
    return {
        "KeyConditionExpression": " AND ".join(parts),
        "ExpressionAttributeValues": {f":{name}": wire(name, value) for name, _, value in asked},
    }


async def filled(calls, given_items):
    projection = {"ProjectionType": "ALL"}
    await calls(
        "CreateTable",
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in KINDS.items()],
        KeySchema=schema(PLACES[0]),
        LocalSecondaryIndexes=[
            {"IndexName": "local", "KeySchema": schema(PLACES[1]), "Projection": projection}
        ],
        GlobalSecondaryIndexes=[
            {"IndexName": place.name, "KeySchema": schema(place), "Projection": projection}
            for place in PLACES[2:]
        ],
    )
    for item in given_items:
        await calls(
            "PutItem",
            TableName="orders",
            Item={name: wire(name, value) for name, value in item.items()},
        )


def schema(place):
    kinds = [(name, "HASH") for name in place.hashes] + [(name, "RANGE") for name in place.ranges]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]


async def pages(calls, name, place, limit, **params):
    """The items of all pages. Each page but the last is full, and tells where it ended by all keys."""
    found, start = [], {}
    if place.name is not None:
        params["IndexName"] = place.name
    while start is not None:
        page = await calls(name, TableName="orders", Limit=limit, **params, **start)
        found += map(plain, page["Items"])
        last = page.get("LastEvaluatedKey")
        assert last is None or (
            page["Count"] == limit and plain(last) == {n: found[-1][n] for n in place.keys}
        )
        start = {"ExclusiveStartKey": last} if last else None
    return found


@given(items, st.lists(questions(), min_size=1, max_size=6), st.integers(1, 9), st.booleans())
def test_a_query_is_a_filtered_and_sorted_list(given_items, asked_all, limit, forward):
    async def test(calls):
        await filled(calls, given_items)
        for place, asked in asked_all:
            expected = [
                item
                for item in given_items
                if place.holds(item) and all(COMPARE[how](item[name], value) for name, how, value in asked)
            ]
            expected.sort(key=lambda item: [item[name] for name in (*place.ranges, "p", "c")])

            found = await pages(calls, "Query", place, limit, ScanIndexForward=forward, **expression(asked))

            assert found == (expected if forward else expected[::-1])

    run(test)


@given(items, st.sampled_from(PLACES), st.integers(1, 5), st.integers(1, 9))
def test_the_segments_of_a_scan_hold_every_item_once(given_items, place, segments, limit):
    async def test(calls):
        await filled(calls, given_items)
        found = []
        for segment in range(segments):
            found += await pages(calls, "Scan", place, limit, Segment=segment, TotalSegments=segments)

        def key(item):
            return item["p"], item["c"]

        assert sorted(found, key=key) == sorted(filter(place.holds, given_items), key=key)

    run(test)


@given(items, items)
def test_indexes_follow_every_change(before, after):
    async def test(calls):
        await filled(calls, before)
        kept = {(item["p"], item["c"]): item for item in after}
        for item in before:
            if (item["p"], item["c"]) not in kept:
                key = {name: wire(name, item[name]) for name in ("p", "c")}
                await calls("DeleteItem", TableName="orders", Key=key)
        for item in after:
            await calls(
                "PutItem", TableName="orders", Item={name: wire(name, value) for name, value in item.items()}
            )
        for place in PLACES:
            found = await pages(calls, "Scan", place, 7)

            assert sorted(map(repr, map(sorted, map(dict.items, found)))) == sorted(
                repr(sorted(item.items())) for item in after if place.holds(item)
            )

    run(test)
