"""The model is not the whole truth: what AWS does otherwise is in `corrections.json`, each with its source."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson


def corrections(service: str) -> Mapping[str, Any]:
    """What `corrections.json` says of a service; empty if nothing."""
    said = orjson.loads(Path(__file__).with_name("corrections.json").read_bytes())
    return said.get(service, {})


def correct(model: dict[str, Any], said: Mapping[str, Any]) -> None:
    """Apply what is said of shapes and members to a service model, in place.

    A null takes the model's value away, `order` puts the members it names first. `Structure.Member` entries change that reference alone, and get
    a shape of their own if they carry constraints.
    """
    shapes: dict[str, dict[str, Any]] = model["shapes"]
    for name, changes in said.get("shapes", {}).items():
        if name in shapes:  # A correction may outlive its shape; a test tells.
            _change(shapes[name], changes)
    if (sentence := said.get("missing")) is not None:
        _refuse_missing(shapes, sentence)
    for path, changes in said.get("members", {}).items():
        structure, _, member = path.partition(".")
        if member in shapes.get(structure, {}).get("members", {}):
            _change_member(shapes, shapes[structure]["members"][member], path, changes)


def _refuse_missing(shapes: dict[str, dict[str, Any]], sentence: str) -> None:
    """Let a sentence of the service's own, with a place for the name, tell of every required member."""
    for shape in shapes.values():
        for name in shape.get("required", ()):
            shape["members"][name] = {**shape["members"][name], "missing": sentence.format(name)}


def _change_member(
    shapes: dict[str, dict[str, Any]], reference: dict[str, Any], path: str, changes: Mapping[str, Any]
) -> None:
    for key in ("missing", "verdict"):
        if key in changes:
            reference[key] = changes[key]
    constraints = {
        key: value for key, value in changes.items() if key not in ("missing", "verdict", "source")
    }
    if constraints:
        shapes[path] = dict(shapes[reference["shape"]])
        _change(shapes[path], constraints)
        reference["shape"] = path


def _change(shape: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if value is None:
            shape.pop(key, None)
        elif key == "order":
            members = shape["members"]
            shape["members"] = {**{name: members[name] for name in value}, **members}
        elif key != "source":
            shape[key] = value
