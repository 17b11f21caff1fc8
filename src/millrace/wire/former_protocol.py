"""The query protocol of a service that speaks JSON now: older SDKs go on as they learned it.

The shapes are the same. What the query protocol has besides, the names that the entries of lists and maps go by, is in
`corrections.json`.
"""

from collections.abc import Mapping
from typing import Any

Model = dict[str, Any]


def formerly(model: Model, said: Mapping[str, Any]) -> None:
    """Turn a service's model, in place, into what it was before. `said` is what the corrections say of the service."""
    query: Mapping[str, Any] = said["query"]
    metadata = model["metadata"]
    metadata["protocol"] = "query"
    metadata["xmlNamespace"] = query["namespace"]
    metadata.pop("targetPrefix")
    shapes: dict[str, Model] = model["shapes"]
    for name, element in query["lists"].items():
        shapes[name]["member"]["locationName"] = element
    for name, (_, key, value) in query["maps"].items():
        shapes[name]["key"]["locationName"] = key
        shapes[name]["value"]["locationName"] = value
    _name_maps(shapes, query["maps"])
    _name_errors(shapes, said["query_codes"])


def _name_maps(shapes: Mapping[str, Model], maps: Mapping[str, tuple[str, str, str]]) -> None:
    """Each entry of a map stands in its structure under the name of one."""
    for shape in shapes.values():
        for member in shape.get("members", {}).values():
            if member["shape"] in maps:
                member["locationName"] = maps[member["shape"]][0]


def _name_errors(shapes: Mapping[str, Model], codes: Mapping[str, str]) -> None:
    for name, shape in shapes.items():
        if shape.get("exception"):
            shape["error"] = {**shape.get("error", {}), "code": codes.get(name, name)}
