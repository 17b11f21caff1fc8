"""See that there is a browser for the tests of the console: the machine's own, Debian's, or Playwright's."""

import os
import shutil
import subprocess
import sys

from tests.console.browser import BROWSERS

INSTALLS = (
    ("apt-get", "update", "-q"),
    ("apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"),
)


def main() -> None:
    named = os.environ.get("MILLRACE_TEST_BROWSER")
    if named or any(shutil.which(name) for name in BROWSERS):
        return
    sys.stdout.write("No Chromium or Chrome here: installing one for the tests of the console.\n")
    if shutil.which("apt-get") and os.geteuid() == 0:
        for command in INSTALLS:
            subprocess.run(command, check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        return
    answer = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if answer.returncode:
        sys.exit("no browser could be installed: install Chromium, or name one in MILLRACE_TEST_BROWSER")


if __name__ == "__main__":
    main()
