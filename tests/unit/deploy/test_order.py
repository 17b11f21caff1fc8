from itertools import pairwise

import pytest

from millrace.deploy.order import order
from millrace.deploy.problem import Refused


def test_each_comes_after_those_it_needs_and_else_as_written():
    needs = {"mapping": {"table", "function"}, "function": {"role"}, "table": set(), "role": {"table"}}

    assert order(needs) == ["table", "role", "function", "mapping"]


def test_a_cycle_is_named():
    with pytest.raises(Refused, match="resources need each other: ") as caught:
        order({"a": {"b"}, "b": {"c"}, "c": {"a"}})

    words = str(caught.value).removeprefix("resources need each other: ").split(" → ")
    assert words[0] == words[-1]
    assert set(words) == {"a", "b", "c"}
    assert all(after in {"a": "b", "b": "c", "c": "a"}[before] for before, after in pairwise(words))
