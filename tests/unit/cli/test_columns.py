"""Rows in columns: as wide as they must be, never cut, never broken."""

import io

import pytest
from rich.console import Console

from millrace.cli import columns

ROWS = [("orders", "5"), ("o" * 255, "12345")]


@pytest.mark.parametrize("width", [20, 80, 200])
def test_lines_are_what_they_are_in_any_terminal_and_in_a_pipe(width: int):
    lines = columns.lines(("Table", "Count"), ROWS, right=1)
    for terminal in (False, True):
        out = io.StringIO()
        place = Console(file=out, width=width, force_terminal=terminal, color_system=None, soft_wrap=True)
        columns.show(place, lines)
        assert out.getvalue().splitlines() == lines


def test_numbers_end_below_the_end_of_their_title_and_no_line_ends_with_blanks():
    assert columns.lines(
        ("Table", "Count", "Lag"), [("注文", "5", "-"), ("orders", "12", "1.0 s")], right=2
    ) == [
        "Table   Count    Lag",
        "注文        5      -",
        "orders     12  1.0 s",
    ]
    assert columns.lines(("Name", "Note"), [("n", "")], right=0) == ["Name  Note", "n"]


def test_what_others_wrote_stays_on_its_line():
    assert columns.one_line("first\n  second\tthird\x1b[31m ") == "first   second third·[31m"
