"""Looking at a template's values, which may be anything YAML can say."""

from typing import Any, cast


def record(value: Any) -> dict[str, Any] | None:
    """The value if it is a mapping."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def array(value: Any) -> list[Any] | None:
    """The value if it is a list."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def text(value: Any) -> str | None:
    """A scalar as CloudFormation writes it: `true`, `5`, `abc`. None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return None
