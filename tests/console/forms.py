"""What people do with the fields of a form.

On a busy machine what opens may find its place only under the mouse, and what is clicked may be drawn anew meanwhile:
then the click goes nowhere. So each of these looks what came of it, and does it again when nothing did.
"""

import contextlib
import re

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

_TRIES = 5
# How long one try may take to be done, and how long to show: what is given up too early is only done once more.
_TRY_MS = 3_000
_SHOWS_MS = 1_000


def retype(editor: Locator, text: str) -> None:
    """Put `text` in place of what a code editor has; as pasted, so that nothing is indented or closed for us."""
    first_line = text.lstrip().split("\n", maxsplit=1)[0]
    for _ in range(_TRIES):
        editor.click()
        editor.press("ControlOrMeta+a")
        editor.page.keyboard.insert_text(text)
        with contextlib.suppress(AssertionError):
            expect(editor).to_contain_text(first_line, timeout=_TRY_MS)
            return
    raise AssertionError(f"the editor does not take {text!r}")


def choose(
    page: Page,
    field: str,
    option: str | re.Pattern[str],
    *,
    exact: bool = False,
    within: Locator | None = None,
) -> None:
    """Take an option of a field that offers one or several; several stay open until Escape."""
    named = re.compile(f"(^| ){re.escape(field)}( |$)")
    unfold(
        (within or page).get_by_role("button", name=named),
        page.get_by_role("option", name=option, exact=exact),
    )
    _press(page.get_by_role("option", name=option, exact=exact))
    if page.get_by_role("option").first.is_visible():
        page.keyboard.press("Escape")


def pick(page: Page, menu: str | Locator, entry: str, *, exact: bool = True) -> None:
    """Take an entry of a menu, named or shown by its button."""
    button = page.get_by_role("button", name=menu) if isinstance(menu, str) else menu
    item = page.get_by_role("menuitem", name=entry, exact=exact)
    unfold(button, item)
    _press(item)


def tick(place: Locator) -> None:
    """Check a box, a radio button or a switch, which may be drawn over."""
    place.wait_for(state="attached")
    for attempt in range(_TRIES):
        with contextlib.suppress(PlaywrightError):  # it did not change, or moved away
            place.check(force=attempt > 0, timeout=_TRY_MS)
            return
    raise AssertionError(f"{place} cannot be checked")


def unfold(button: Locator, content: Locator) -> None:
    """Click until the content is there. A button that says that it is open is left alone."""
    button.wait_for()
    for _ in range(_TRIES):
        with contextlib.suppress(PlaywrightTimeoutError):
            if button.get_attribute("aria-expanded", timeout=_TRY_MS) != "true":
                button.click(timeout=_TRY_MS)
            content.first.wait_for(timeout=_TRY_MS)
            return
    raise AssertionError(f"{button} opens nothing like {content}")


def _press(place: Locator) -> None:
    """Click until the place is gone, or selected."""
    open_still = place.and_(place.page.locator(":not([aria-selected='true'])"))
    for _ in range(_TRIES):
        with contextlib.suppress(PlaywrightTimeoutError):
            place.click(timeout=_TRY_MS)
        with contextlib.suppress(PlaywrightTimeoutError):
            open_still.wait_for(state="hidden", timeout=_SHOWS_MS)
            return
    raise AssertionError(f"nothing came of {_TRIES} clicks at {place}")
