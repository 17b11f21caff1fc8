"""A real browser on the console of a real server, and what every test of it demands: no error, no failed request."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, Response
from tests.api.millrace_process import Millrace

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "artefacts" / "console"
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A browser that looks for updates or reports what it sees has no business in a test.
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
# Colours of what fades in or changes its theme are not those that it will have. What was just asked for begins to move
# with the next frame.
STILL = """async () => {
    for (const _ of [1, 2]) {
        await new Promise(requestAnimationFrame);
    }
    await Promise.allSettled(
        document.getAnimations()
            .filter((one) => one.effect?.getComputedTiming().endTime < Infinity)
            .map((one) => one.finished),
    );
}"""
FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
WINDOWS = ((1280, 900), (1920, 1080))
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """The browser named by MILLRACE_TEST_BROWSER, else the machine's own, else Playwright's."""
    named = os.environ.get("MILLRACE_TEST_BROWSER")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))


class Console:
    """The console of `server` in a tab. Leave nothing unexpected behind: `check` is called after every test."""

    def __init__(self, context: BrowserContext, server: Millrace, base: str = "") -> None:
        self.server = server
        self.base = f"{base or server.url}/"
        self._context = context
        self._refusals_expected = False
        self._left = False
        self._may_be_refused: set[Request] = set()
        self._troubles: list[str] = []
        self.answers: list[Response] = []
        self.page = self._new_page()

    def open(self, address: str = "#/") -> Page:
        """Go to a screen by its deep link."""
        self.page.goto(f"{self.base}{address}")
        return self.page

    def tab(self, address: str) -> Page:
        """A screen in a tab of its own, beside the first."""
        page = self._new_page()
        page.goto(f"{self.base}{address}")
        return page

    def _new_page(self) -> Page:
        page = self._context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._troubles.append(f"page error: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        return page

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Within this, the server may refuse what is asked, or be away: that is what the test is about.

        What is asked within may be answered later.
        """
        self._refusals_expected = True
        yield
        self._refusals_expected = False

    def picture(self, name: str, page: Page | None = None) -> None:
        """Keep what the browser shows, to be looked at: artefacts/console/NAME.png, if MILLRACE_PICTURES is set."""
        if "MILLRACE_PICTURES" in os.environ:  # all of them take a minute
            self.keep(name, page)

    def keep(self, name: str, page: Page | None = None) -> None:
        """A picture, whether they are asked for or not."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        (page or self.page).screenshot(path=PICTURES / f"{name}.png", full_page=False, animations="disabled")

    def looks(self, name: str) -> None:
        """What the screen looks like light and dark, narrow and wide: four pictures; axe agrees with both themes."""
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme)
            for width, height in WINDOWS:
                self.page.set_viewport_size({"width": width, "height": height})
                self.picture(f"{name}-{theme}-{width}")
                assert self.page.evaluate(FITS), f"{name} has to be scrolled sideways at {width}"
            self.check_accessibility()
        self.page.emulate_media(color_scheme=THEMES[0])
        self.page.set_viewport_size({"width": WINDOWS[0][0], "height": WINDOWS[0][1]})

    def check_accessibility(self) -> None:
        """axe finds nothing serious on what is shown."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text())
        self.page.evaluate(STILL)
        result: dict[str, Any] = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        serious = [
            f"{violation['id']}: {violation['help']}: {[node['target'] for node in violation['nodes']][:5]}"
            for violation in result["violations"]
            if violation["impact"] in ("serious", "critical")
        ]
        assert not serious, "\n".join(serious)

    def leave(self) -> None:
        """Close the tabs. What comes of requests that they still make is not looked at."""
        self._left = True
        self._context.close()

    def check(self) -> None:
        assert not self._troubles, "\n".join(self._troubles)

    def _said(self, message: ConsoleMessage) -> None:
        # Answers that are refusals, and requests without one, are told by themselves.
        told = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not told:
            self._troubles.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if self._refusals_expected:
            self._may_be_refused.add(request)

    def _may_fail(self, request: Request) -> bool:
        return self._left or self._refusals_expected or request in self._may_be_refused

    def _failed(self, request: Request) -> None:
        # What a page left behind when it went elsewhere was not needed any more.
        if not re.search("ERR_ABORTED", request.failure or "") and not self._may_fail(request):
            self._troubles.append(f"request failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        self.answers.append(response)
        if response.status >= 400 and not self._may_fail(response.request):
            asked = response.request.headers.get("x-amz-target", response.url)
            self._troubles.append(f"{response.status} for {response.request.method} {asked}")
