"""Settings come from four places, and bad ones are refused with a way out."""

from pathlib import Path

import pytest

from millrace.config import SETTINGS, Settings, load
from millrace.core.errors import SettingsError


def test_without_any_source_the_defaults_hold():
    assert Settings() == load({}, {})


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path):
    file = tmp_path / "m.toml"
    file.write_text('port = 1\nregion = "eu-west-1"\naccount = "111111111111"\n')
    environment = {"MILLRACE_PORT": "2", "MILLRACE_REGION": "eu-north-1"}

    settings = load({"port": 3, "region": None}, environment, file)

    assert (settings.port, settings.region, settings.account) == (3, "eu-north-1", "111111111111")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"port": "x"}, "port"),
        ({"port": 70000}, "0 to 65535"),
        ({"account": "12"}, "twelve digits"),
        ({"region": "moon"}, "eu-central-1"),
        ({"colour": "red"}, "known are"),
        ({"auth": "perhaps"}, "true or false"),
        ({"host": "0.0.0.0"}, "--auth"),
        ({"base_path": "millrace"}, "looks like /millrace"),
        ({"base_path": "/a//b"}, "looks like /millrace"),
        ({"base_path": "/a/../b"}, "looks like /millrace"),
        ({"base_path": "/mill race"}, "looks like /millrace"),
        ({"base_path": "/_millrace/x"}, "is taken"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(options: dict, words: str):
    with pytest.raises(SettingsError, match=words):
        load(options, {})


def test_a_settings_file_that_is_no_toml_is_named(tmp_path: Path):
    file = tmp_path / "m.toml"
    file.write_text("port =")

    with pytest.raises(SettingsError, match=r"m\.toml"):
        load({}, {}, file)


def test_the_table_and_the_settings_agree():
    assert {s.name: s.default for s in SETTINGS} == {s.name: getattr(Settings(), s.name) for s in SETTINGS}


@pytest.mark.parametrize(
    ("given", "kept"), [("", ""), ("/", ""), ("/millrace", "/millrace"), ("/a/b.c/", "/a/b.c")]
)
def test_a_base_path_begins_with_a_slash_and_ends_without_one(given: str, kept: str):
    assert load({"base_path": given}, {}).base_path == kept


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_no_auth(host: str):
    assert load({"host": host}, {}).is_loopback
