"""Expressions made at random say of items made at random what the naive interpreter says."""

from decimal import Decimal
from itertools import combinations

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.dynamodb.expressions import naive
from tests.unit.dynamodb.expressions.naive import RefusedError, Text, plain, wire

from millrace.core.errors import AwsError
from millrace.dynamodb.expressions import Expressions
from millrace.dynamodb.values import normalise

texts = st.sampled_from(["", "x", "xy", "y", "é", "\U0001f980", "\ufffd"])
numbers = st.sampled_from([Decimal(text) for text in ("-2", "-0.5", "0", "1", "2", "10", "1E+20", "1E-7")])
binaries = st.sampled_from([b"", b"x", b"xy", b"\xff", b"\x00"])
sets = st.one_of(*(st.frozensets(of, min_size=1, max_size=3) for of in (texts, numbers, binaries)))
scalars = st.one_of(texts, numbers, binaries, st.booleans(), st.none(), sets)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y"]), inner, max_size=2)
    ),
    max_leaves=6,
)
items = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)
paths = st.builds(
    lambda first, rest: (first, *rest),
    st.sampled_from("abcd"),
    st.lists(st.sampled_from(["x", "y", 0, 1, 2]), max_size=2),
)
at = paths.map(lambda path: ("path", path))
literals = values.map(lambda value: ("value", value))
lengths = st.one_of(at, (texts | binaries | sets).map(lambda value: ("value", value))).map(
    lambda of: ("size", of)
)


def constant(of):
    return of.map(lambda value: ("value", value))


def between(of, bounds):
    return st.tuples(st.just("BETWEEN"), of, *[constant(bounds)] * 2).filter(
        lambda one: naive.ordered(one[2][1], one[3][1], "<=")
    )


ordered = at | lengths | constant(texts | numbers | binaries)
leaves = st.one_of(
    st.tuples(st.sampled_from(["=", "<>"]), at | literals | lengths, at | literals | lengths),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), ordered, ordered),
    *(between(ordered, of) for of in (texts, numbers, binaries)),
    st.tuples(st.just("BETWEEN"), ordered, at, at),
    st.lists(at | literals, min_size=2, max_size=4).map(lambda of: ("IN", *of)),
    st.tuples(st.sampled_from(["attribute_exists", "attribute_not_exists"]), at),
    st.tuples(
        st.just("attribute_type"),
        at,
        constant(st.sampled_from(["S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL"])),
    ),
    st.tuples(st.just("begins_with"), *[at | constant(texts | binaries)] * 2),
    st.tuples(st.just("contains"), *[at | literals] * 2),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("NOT"), inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: ("AND", *parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: ("OR", *parts)),
    ),
    max_leaves=6,
)


def repeats_its_first(condition):
    what, *inner = condition
    if what in {"AND", "OR", "NOT"}:
        return any(map(repeats_its_first, inner))
    return inner[0][0] == "path" and inner[0] in inner[1:]


def stored(item):
    return normalise({name: wire(value) for name, value in item.items()})[0]


def expressions(text):
    return Expressions(text.names or None, text.values or None)


@given(conditions, items, st.booleans())
def test_a_condition_holds_for_an_item_when_the_naive_interpreter_says_so(condition, item, aliased):
    assume(not repeats_its_first(condition))
    text = Text(aliased=aliased)
    written = text.condition(condition)

    compiled = expressions(text).condition(written)

    assert compiled(stored(item)) == naive.holds(condition, item), written


plain_operands = at | constant(values)
# At no depth may the default of a path be the path itself: that is refused.
defaults = st.recursive(
    plain_operands,
    lambda inner: st.tuples(st.just("if_not_exists"), at, inner).filter(lambda of: of[1] != of[2]),
    max_leaves=3,
)
numeric = st.one_of(at, constant(numbers), st.tuples(st.just("if_not_exists"), at, constant(numbers)))
lists = st.lists(scalars, max_size=2)
listed = st.one_of(at, constant(lists), st.tuples(st.just("if_not_exists"), at, constant(lists)))
assigned = st.one_of(
    defaults,
    st.tuples(st.sampled_from("+-"), numeric, numeric),
    st.tuples(st.just("list_append"), listed, listed),
)
changes = st.one_of(
    st.tuples(st.just("SET"), paths, assigned),
    st.tuples(st.just("REMOVE"), paths, st.none()),
    st.tuples(st.just("ADD"), paths, numbers | sets),
    st.tuples(st.just("DELETE"), paths, sets),
)


def apart(these):
    """Whether no path is inside another, and none takes for a list what another takes for a map."""
    for one, other in combinations(these, 2):
        steps = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
        if not steps or type(steps[0][0]) is not type(steps[0][1]):
            return False
    return True


several_changes = st.lists(changes, min_size=1, max_size=4).filter(
    lambda some: apart([path for _, path, _ in some])
)
REFUSALS = {
    "An operand in the update expression has an incorrect data type",
    "The provided expression refers to an attribute that does not exist in the item",
    "The document path provided in the update expression is invalid for update",
    "Attempting to store more than 38 significant digits in a Number",
}


@given(several_changes, items, st.booleans())
def test_an_update_makes_of_an_item_what_the_naive_interpreter_makes_of_it(some, item, aliased):
    text = Text(aliased=aliased)
    written = text.update(some)
    compiled = expressions(text).update(written)
    before = stored(item)
    try:
        expected = naive.updated(item, some)
    except RefusedError:
        expected = None

    after, refusal = None, None
    try:
        after = compiled.apply(before)
    except AwsError as error:
        refusal = error.message

    assert refusal is None or refusal in REFUSALS
    assert before == stored(item), "the old item stays as it is"
    assert (expected is None) == (after is None), written
    if expected is not None:
        assert naive.same({name: plain(value) for name, value in after.items()}, expected), written


@given(st.lists(paths, min_size=1, max_size=4).filter(apart), items, st.booleans())
def test_a_projection_picks_of_an_item_what_the_naive_interpreter_picks(some, item, aliased):
    text = Text(aliased=aliased)
    written = ", ".join(map(text.path, some))

    picked = expressions(text).projection(written)(stored(item))

    expected = naive.projected(item, some)
    assert naive.same(
        {name: plain(value) for name, value in picked.items()}, {} if expected is naive.MISSING else expected
    ), written
