"""Typed looks at free-form JSON, which may be anything. Pure."""

from typing import Any, TypeGuard, cast


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it is a JSON object."""
    return isinstance(value, dict)


def as_list(value: Any) -> list[Any]:
    """A list as it is; anything else as the only element of one, as policies allow."""
    return cast("list[Any]", value) if isinstance(value, list) else [value]
