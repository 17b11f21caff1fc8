"""The documents say what the program does."""

from pathlib import Path

import pytest

from millrace.cli import COMMANDS
from millrace.config import SETTINGS, Setting

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_in_the_manual_with_its_default_and_meaning(setting: Setting):
    row = f"| `{setting.name}` | `{setting.default}` | `{setting.variable}` | {setting.help} |"

    assert row in (ROOT / "docs/settings.md").read_text()


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "serve"])
def test_every_command_is_in_the_readme(name: str):
    assert name in (ROOT / "README.md").read_text()
