"""What people do with the fields of a form."""

import contextlib
import re

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

_CLICKS = 5


def retype(editor: Locator, text: str) -> None:
    """Put `text` in place of what a code editor has; as pasted, so that nothing is indented or closed for us."""
    editor.click()
    editor.press("ControlOrMeta+a")
    editor.page.keyboard.insert_text(text)


def choose(page: Page, field: str, option: str | re.Pattern[str]) -> None:
    """Take an option of a field that offers one or several; several stay open until Escape."""
    page.get_by_role("button", name=re.compile(f"^{re.escape(field)}( |$)")).click()
    _press(page.get_by_role("option", name=option))
    if page.get_by_role("option").first.is_visible():
        page.keyboard.press("Escape")


def pick(page: Page, entry: str, *, exact: bool = True) -> None:
    """Take an entry of the open menu."""
    _press(page.get_by_role("menuitem", name=entry, exact=exact))


def _press(place: Locator) -> None:
    """Click until the place is gone, or selected.

    On a busy machine what opens may find its place only under the mouse, and the click goes nowhere.
    """
    open_still = place.and_(place.page.locator(":not([aria-selected='true'])"))
    for _ in range(_CLICKS):
        place.click()
        with contextlib.suppress(PlaywrightTimeoutError):
            open_still.wait_for(state="hidden", timeout=1_000)
            return
    raise AssertionError(f"nothing came of {_CLICKS} clicks at {place}")
