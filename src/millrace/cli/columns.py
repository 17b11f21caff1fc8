"""Rows of a terminal in columns that are as wide as what is in them: nothing is ever cut or broken.

Who reads a name wants to copy it, and a cut number is a wrong number. A line that is too long for a terminal is
wrapped by the terminal itself.
"""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape

_GAP = "  "


def console() -> Console:
    """Where commands print: it wraps nothing."""
    return Console(highlight=False, soft_wrap=True)


def lines(titles: Sequence[str], rows: Sequence[Sequence[str]], *, right: int) -> list[str]:
    """The titles and the rows as plain lines. The last `right` columns are numbers, which end where their title ends."""
    table = [titles, *rows]
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    left = len(titles) - right
    return [
        _GAP.join(
            _padded(cell, width, to_the_right=place >= left)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def show(place: Console, table: Sequence[str], indent: str = "") -> None:
    """Print lines, the first one as the titles that it is."""
    place.print(f"{indent}[bold]{escape(table[0])}[/]")
    for line in table[1:]:
        place.print(f"{indent}{escape(line)}")


def fit(place: Console, table: Sequence[str]) -> bool:
    """Whether each line is one line there. What no terminal shows (a file, a pipe) may be as wide as it is."""
    return not place.is_terminal or max(map(cell_len, table)) <= place.width


def one_line(text: str) -> str:
    """What somebody else wrote (a message, a key), without what would break the line or move the cursor."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "·" for char in text).strip()


def _padded(cell: str, width: int, *, to_the_right: bool) -> str:
    blank = " " * (width - cell_len(cell))
    return blank + cell if to_the_right else cell + blank
