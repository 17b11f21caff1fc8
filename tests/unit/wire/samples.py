"""Sample values for any shape of a service model, as a client or an operation would give them."""

from typing import Any

MOMENT = 1_700_000_000


def sample(name: str, shapes: dict[str, Any], *, deep: int = 4) -> Any:
    """A value of a shape: every member is there, until a shape has contained itself for too long."""
    shape = shapes[name]
    if name == "AttributeValue":
        return {"M": {"a": {"S": "text"}, "b": {"N": "1"}}}
    match shape["type"]:
        case "structure":
            members = shape["members"].items()
            if shape.get("union") or shape.get("eventstream"):
                members = list(members)[:1]
            return (
                {}
                if deep <= 0
                else {key: sample(member["shape"], shapes, deep=deep - 1) for key, member in members}
            )
        case "list":
            return [sample(shape["member"]["shape"], shapes, deep=deep - 1)] * 2
        case "map":
            return {"key": sample(shape["value"]["shape"], shapes, deep=deep - 1)}
        case "string":
            return shape.get("enum", ["a b/c%d+e=é"])[0]
        case "integer" | "long":
            return 7
        case "float" | "double":
            return 1.5
        case "boolean":
            return True
        case "blob":
            return b"\x00blob\xff"
        case "timestamp":
            return MOMENT
    raise AssertionError(shape)


def without_constraints(model: dict[str, Any]) -> dict[str, Any]:
    """The model demanding nothing but types, so that samples pass."""
    for shape in model["shapes"].values():
        for key in ("min", "max", "pattern", "enum", "required"):
            shape.pop(key, None)
    return model
