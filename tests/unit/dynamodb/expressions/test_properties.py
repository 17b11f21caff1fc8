"""Expressions made at random: against a plain interpreter, and never an error that AWS does not know."""

import operator
from contextlib import suppress
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from millrace.core.errors import AwsError
from millrace.dynamodb.expressions import Expressions
from millrace.dynamodb.keys import KeyAttribute, KeySchema
from millrace.dynamodb.values import normalise

# Trees of plain tuples are drawn, written down as texts, and judged by the few lines of `holds`, which
# share nothing with the code under test. Item and values: attributes a to d, each a number, a string or none.

attributes = st.sampled_from("abcd")
contents = st.integers(-3, 3) | st.sampled_from(["", "x", "xy", "y"])
items = st.dictionaries(attributes, contents, max_size=4)
comparators = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
operands = st.one_of(attributes, contents.map(lambda content: (content,)))
leaves = st.one_of(
    st.tuples(st.sampled_from(sorted(comparators)), operands, operands),
    st.tuples(st.just("IN"), operands, operands, operands),
    st.tuples(st.just("attribute_exists"), attributes),
    st.tuples(st.just("attribute_not_exists"), attributes),
    st.tuples(st.just("contains"), operands, operands),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("NOT"), inner),
        st.tuples(st.sampled_from(["AND", "OR"]), inner, inner),
    ),
    max_leaves=8,
)


def written(tree, values):
    """The text of a tree with as few parentheses as precedence allows; `values` collects its values."""

    def operand(of):
        if isinstance(of, str):
            return of
        name = f":v{len(values)}"
        values[name] = wire(of[0])
        return name

    kind = tree[0]
    if kind in comparators:
        return f"{operand(tree[1])} {kind} {operand(tree[2])}"
    if kind == "IN":
        first, *others = map(operand, tree[1:])
        return f"{first} IN ({', '.join(others)})"
    if kind == "NOT":
        inner = written(tree[1], values)
        return f"NOT ({inner})" if tree[1][0] in {"AND", "OR"} else f"NOT {inner}"
    if kind in {"AND", "OR"}:
        sides = [(side, written(side, values)) for side in tree[1:]]
        return f" {kind} ".join(
            f"({text})" if kind == "AND" and side[0] == "OR" else text for side, text in sides
        )
    return f"{kind}({', '.join(map(operand, tree[1:]))})"


def wire(content):
    return {"S": content} if isinstance(content, str) else {"N": str(content)}


def holds(tree, item):
    def found(of):
        return item.get(of) if isinstance(of, str) else of[0]

    kind, *inner = tree
    match kind:
        case "NOT":
            return not holds(inner[0], item)
        case "AND":
            return holds(inner[0], item) and holds(inner[1], item)
        case "OR":
            return holds(inner[0], item) or holds(inner[1], item)
        case "attribute_exists":
            return inner[0] in item
        case "attribute_not_exists":
            return inner[0] not in item
    first, *others = map(found, inner)
    if kind == "IN":
        return first is not None and first in others
    other = others[0]
    if kind == "contains":
        return isinstance(first, str) and isinstance(other, str) and other in first
    if kind in {"=", "<>"}:
        return comparators[kind](first is not None and first == other, True)
    return type(first) is type(other) and first is not None and comparators[kind](first, other)


def compares_itself(tree):
    if tree[0] in {"AND", "OR", "NOT"}:
        return any(map(compares_itself, tree[1:]))
    return len(tree) > 2 and isinstance(tree[1], str) and tree[1] in tree[2:]


@given(trees, items)
def test_conditions_hold_as_a_plain_interpreter_says(tree, item):
    assume(not compares_itself(tree))
    values = {}
    text = written(tree, values)

    condition = Expressions(None, values or None).condition(text)

    assert holds(tree, item) == condition({name: wire(content) for name, content in item.items()}), text


@st.composite
def numbers_and_assignments(draw):
    """Numbers, and sums and differences of them under names that may be new."""
    before = draw(st.dictionaries(attributes, st.decimals(-1000, 1000, places=2), min_size=1, max_size=4))
    there = st.sampled_from(sorted(before))
    assignment = st.tuples(attributes, there, st.sampled_from("+-"), there)
    return before, draw(st.lists(assignment, min_size=1, max_size=3, unique_by=lambda one: one[0]))


@given(numbers_and_assignments())
def test_assignments_see_the_item_as_it_was(example):
    before, assignments = example
    text = "SET " + ", ".join(f"{name} = {one} {sign} {other}" for name, one, sign, other in assignments)
    item, _ = normalise({name: {"N": str(content)} for name, content in before.items()})

    after = Expressions(None, None).update(text).apply(item)

    expected = dict(before)
    for name, one, sign, other in assignments:
        expected[name] = before[one] + before[other] if sign == "+" else before[one] - before[other]
    assert expected == {name: Decimal(value["N"]) for name, value in after.items()}


elements = st.lists(st.integers(0, 9), max_size=6)


@given(elements, st.dictionaries(st.integers(0, 8), st.none() | st.integers(10, 19), min_size=1, max_size=5))
def test_the_elements_of_a_list_keep_their_numbers_within_an_update(before, changes):
    removed = [index for index, content in changes.items() if content is None]
    assigned = {index: content for index, content in changes.items() if content is not None}
    text = " ".join(
        ([f"SET {', '.join(f'l[{index}] = :v{index}' for index in assigned)}"] if assigned else [])
        + ([f"REMOVE {', '.join(f'l[{index}]' for index in removed)}"] if removed else [])
    )
    values = {f":v{index}": {"N": str(content)} for index, content in assigned.items()}

    after = (
        Expressions(None, values or None).update(text).apply({"l": {"L": [{"N": str(e)} for e in before]}})
    )

    kept = [assigned.get(index, content) for index, content in enumerate(before) if index not in removed]
    appended = [assigned[index] for index in sorted(assigned) if index >= len(before)]
    assert [int(value["N"]) for value in after["l"]["L"]] == kept + appended


words = st.sampled_from(
    [
        "a",
        "b",
        "#n",
        ":v",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        "=",
        "<>",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "AND",
        "OR",
        "NOT",
        "BETWEEN",
        "IN",
        "SET",
        "REMOVE",
        "ADD",
        "DELETE",
        "0",
        "17",
        "size",
        "contains",
        "begins_with",
        "attribute_exists",
        "attribute_type",
        "if_not_exists",
        "list_append",
        "name",
        "!",
        "é",
    ]
)
expression_texts = (
    st.text() | st.lists(words, max_size=14).map(" ".join) | st.lists(words, max_size=14).map("".join)
)
item = {"a": {"N": "1"}, "b": {"L": [{"S": "x"}, {"M": {"a": {"SS": ["x"]}}}]}, "n": {"SS": ["x"]}}
given_values = st.sampled_from(
    [{"N": "1"}, {"S": "x"}, {"SS": ["x"]}, {"L": [{"S": "x"}]}, {"M": {"a": {"B": "AA=="}}}]
)


@given(expression_texts, given_values)
def test_whatever_the_text_says_the_only_errors_are_awss(text, value):
    names, values = {"#n": "n"}, {":v": value}
    schema = KeySchema(KeyAttribute("a", "N"), KeyAttribute("b", "S"))
    for use in (
        lambda: Expressions(names, values).condition(text)(item),
        lambda: Expressions(names, values).update(text).apply(item),
        lambda: Expressions(names, values).update(text).touched(item),
        lambda: Expressions(names, values).projection(text)(item),
        lambda: Expressions(names, values).key_condition(text, schema),
        lambda: Expressions({text: "a"}, None),
        lambda: Expressions(None, {text: value}),
        lambda: normalise({"a": {"N": text}}),
        lambda: normalise({"a": {"B": text}}),
    ):
        with suppress(AwsError):
            use()
