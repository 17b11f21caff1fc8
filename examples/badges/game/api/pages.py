"""The files that make the pages, and how a browser may keep them."""

import functools
import hashlib
import html
from pathlib import Path

HERE = Path(__file__).parent
TYPES = {
    "style.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@functools.cache
def text(name: str) -> str:
    """The file's text, read once for each process."""
    return (HERE / name).read_text(encoding="utf-8")


@functools.cache
def version() -> str:
    """Changes with any of the files: it is in their addresses, so that browsers may keep them for ever."""
    return hashlib.sha256("".join(text(name) for name in TYPES).encode()).hexdigest()[:12]


def page(name: str, **words: str) -> str:
    """The page with its `{{word}}`s filled in, as text that no word can turn into markup."""
    filled = text(name).replace("{{medals}}", text("medals.svg")).replace("{{version}}", version())
    for word, value in words.items():
        filled = filled.replace("{{" + word + "}}", html.escape(value))
    return filled
