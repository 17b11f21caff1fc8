"""A value as AWS's Java prints it inside an error sentence."""

from collections.abc import Mapping
from typing import Any

import orjson

from millrace.wire.shapes import Shape


def printed(value: Any, name: str, shapes: Mapping[str, Shape]) -> str:
    """`[a, b]`, `{k=v}`, `KeySchemaElement(attributeName=pk, keyType=HASH)`, and scalars as they are."""
    shape = shapes[name]
    if value is None:
        return "null"
    if shape.get("printed") == "json":
        return orjson.dumps(value).decode()
    match shape["type"]:
        case "list":
            element: str = shape["member"]["shape"]
            return f"[{', '.join(printed(item, element, shapes) for item in value)}]"
        case "map":
            element = shape["value"]["shape"]
            pairs = (f"{key}={printed(item, element, shapes)}" for key, item in value.items())
            return f"{{{', '.join(pairs)}}}"
        case "structure":
            return f"{name}({', '.join(_members(value, shape['members'], shapes))})"
        case "boolean":
            return "true" if value else "false"
        case "double" | "float" if isinstance(value, int | float):
            return str(float(value))
        case "blob" if isinstance(value, bytes):
            return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
        case _:
            return str(value)


def _members(
    value: Mapping[str, Any], members: Mapping[str, Shape], shapes: Mapping[str, Shape]
) -> list[str]:
    return [
        f"{key[0].lower()}{key[1:]}={printed(item, members[key]['shape'], shapes)}"
        for key, item in value.items()
        if key in members
    ]
