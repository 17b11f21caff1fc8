"""One browser per module, a fresh profile for each test; one server per module, as each test makes its own tables."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tests.api.conftest import millrace, server  # noqa: F401 -- fixtures
from tests.api.millrace_process import Millrace
from tests.console.browser import Console, launch

# A machine that is busy with other things must not fail a test; none of them waits longer than it has to.
expect.set_options(timeout=20_000)

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


def leave(console: Console, request: pytest.FixtureRequest) -> None:
    """Keep what a test that failed saw last: artefacts/console/failed-NAME.png."""
    if request.node.stash.get(FAILED, False):
        console.keep(f"failed-{request.node.name.split('[')[0]}")
    console.leave()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each module: Playwright keeps an event loop running, in which tests of other folders cannot have theirs."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def console(browser: Browser, server: Millrace, request: pytest.FixtureRequest) -> Iterator[Console]:  # noqa: F811
    """The console of the module's server, 1280 wide, light."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    opened = Console(context, server)
    yield opened
    leave(opened, request)
    opened.check()


@pytest.fixture
def visit(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Console]]:
    """The console of a server of the test's own, started with the options given, shown under `base`."""
    with ExitStack() as stack:

        def visit(*options: str, base: str = "") -> Console:
            server = Millrace(tmp_path / "data", *options).start()
            stack.callback(server.kill)
            context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
            console = Console(context, server, server.url + base)
            stack.callback(console.check)
            stack.callback(leave, console, request)
            return console

        yield visit
