"""The settings: one table, read once, from (strongest first) the command line, `MILLRACE_…` variables,
a TOML file, and the defaults.

A test holds `docs/settings.md` against this table. Nothing else in the program reads the environment.
"""

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millrace.core import limits
from millrace.core.errors import SettingsError

DEFAULT_FILE = "millrace.toml"


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text is needed")
    return value


def _port(value: Any) -> int:
    port = int(value)
    if not 0 <= port <= 65535:
        raise ValueError("a port is a number from 0 to 65535; 0 takes a free one")
    return port


def _flag(value: Any) -> bool:
    known = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if isinstance(value, bool):
        return value
    if str(value).lower() not in known:
        raise ValueError("true or false is needed")
    return known[str(value).lower()]


def _account(value: Any) -> str:
    if not re.fullmatch(r"\d{12}", str(value)):
        raise ValueError("an account is twelve digits")
    return str(value)


def _region(value: Any) -> str:
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", str(value)):
        raise ValueError("a region looks like eu-central-1")
    return str(value)


def _base_path(value: Any) -> str:
    """A prefix of paths, without a slash at its end."""
    path = str(value).rstrip("/")
    if path and not re.fullmatch(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+", path):
        raise ValueError("a base path looks like /millrace")
    if path.split("/")[1:2] == ["_millrace"]:
        raise ValueError("/_millrace is taken by millrace's own API")
    return path


def _seconds(value: Any) -> float:
    seconds = float(value)
    if isinstance(value, bool) or not 0 <= seconds <= 86_400:
        raise ValueError("a number of seconds is needed, from 0 to a day")
    return seconds


def _shards(value: Any) -> int:
    count = int(value)
    if isinstance(value, bool) or not 1 <= count <= limits.stream_open_shards_max:
        raise ValueError(f"a number of shards is from 1 to {limits.stream_open_shards_max}")
    return count


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is called, what it is without one's doing, what it means."""

    name: str
    default: Any
    parse: Callable[[Any], Any]
    help: str

    @property
    def variable(self) -> str:
        return f"MILLRACE_{self.name.upper()}"

    @property
    def option(self) -> str:
        return self.name.replace("_", "-")


SETTINGS = (
    Setting("host", "127.0.0.1", _text, "Address to listen on. Anything but loopback needs --auth."),
    Setting("port", 8000, _port, "Port to listen on; 0 takes a free one."),
    Setting("data", ".millrace", _text, "Directory that holds everything that is kept."),
    Setting("memory", False, _flag, "Keep everything in memory and nothing on disk."),
    Setting("region", "us-east-1", _region, "Region of requests signed for `local` or `localhost`."),
    Setting("account", "000000000000", _account, "Account number that owns everything."),
    Setting("auth", False, _flag, "Accept only access keys that millrace issued."),
    Setting("base_path", "", _base_path, "Path that a proxy shows it under, e.g. /millrace."),
    Setting("table_delay", 0.0, _seconds, "Seconds that tables are CREATING, UPDATING and DELETING."),
    Setting("stream_shards", 1, _shards, "Open shards of a new stream, which share its keys."),
    Setting("throttle", False, _flag, "Refuse what exceeds a table's capacity, as AWS does."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the program was told, checked."""

    host: str = "127.0.0.1"
    port: int = 8000
    data: str = ".millrace"
    memory: bool = False
    region: str = "us-east-1"
    account: str = "000000000000"
    auth: bool = False
    base_path: str = ""
    table_delay: float = 0.0
    stream_shards: int = 1
    throttle: bool = False

    @property
    def data_path(self) -> Path:
        return Path(self.data).expanduser().absolute()

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def load(
    options: Mapping[str, Any],
    environment: Mapping[str, str],
    file: Path | None = None,
) -> Settings:
    """The settings from all their sources. Options that are None were not given.

    Raises SettingsError for an unknown name, a value that cannot be, or a combination that is not safe.
    """
    known = {setting.name: setting for setting in SETTINGS}
    values: dict[str, Any] = {}
    for source, given in (
        ("the settings file", _from_file(file)),
        ("the environment", {s.name: environment[s.variable] for s in SETTINGS if s.variable in environment}),
        ("the command line", {name: value for name, value in options.items() if value is not None}),
    ):
        for name, value in given.items():
            if name not in known:
                raise SettingsError(f"{source} has a setting {name!r}; known are {', '.join(known)}")
            try:
                values[name] = known[name].parse(value)
            except (ValueError, TypeError) as error:
                raise SettingsError(f"{source} sets {name} to {value!r}: {error}") from None
    return _checked(Settings(**values))


def _from_file(file: Path | None) -> Mapping[str, Any]:
    path = file or Path(DEFAULT_FILE)
    if file is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {path}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the settings file {path} is not TOML: {error}") from None


def _checked(settings: Settings) -> Settings:
    if not settings.is_loopback and not settings.auth:
        raise SettingsError(
            f"{settings.host} can be reached from other machines: add --auth, so that only access keys"
            " that millrace issued open it, or listen on 127.0.0.1"
        )
    return settings
