"""A template file, read: YAML with CloudFormation's short tags, or JSON; SAM made CloudFormation."""

import json
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from millrace.core import limits
from millrace.deploy import inline_subscriptions, parameters, serverless
from millrace.deploy.document import array, record
from millrace.deploy.problem import DeployError, Problem, Refused

NAMES = ("template.yaml", "template.yml", "template.json")
SECTIONS = (
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Transform",
)
RESOURCE_MEMBERS = (
    "Condition",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdateReplacePolicy",
)
_DELETION_POLICIES = ("Delete", "Retain", "RetainExceptOnCreate")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as the template has it: its properties still with functions."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    depends_on: tuple[str, ...]
    condition: str | None
    deletion_policy: str


@dataclass(frozen=True, slots=True)
class Template:
    """What shall be, with the parameters' values. Relative paths of code begin at `folder`."""

    folder: Path
    parameters: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Mapping[str, Any]]


def find(path: Path) -> Path:
    """The template file at `path`, or in the folder `path`. Raises DeployError."""
    if path.is_file():
        return path
    for name in NAMES:
        if (path / name).is_file():
            return path / name
    if path.is_dir():
        raise DeployError(f"there is no {', '.join(NAMES[:-1])} or {NAMES[-1]} in {path}")
    raise DeployError(f"there is no {path}")


def load(path: Path, given: Mapping[str, str], region: str) -> Template:
    """The template at `path`. Raises DeployError; Refused with everything that is wrong in its form."""
    file = find(path)
    document = read(_text(file), str(file))
    values, problems = parameters.values(_section(document, "Parameters"), given)
    problems += _document_problems(document)
    if problems:
        raise Refused(problems)
    if "Transform" in document:
        document = serverless.transform(document, values, region, file.parent)
    document = inline_subscriptions.apart(document)
    problems = _resource_problems(document)
    if problems:
        raise Refused(problems)
    forms = _section(document, "Resources")
    return Template(
        folder=file.parent,
        parameters=values,
        mappings=_section(document, "Mappings"),
        conditions=_section(document, "Conditions"),
        resources={name: _resource(name, form) for name, form in forms.items()},
        outputs=_section(document, "Outputs"),
    )


def read(content: str, name: str) -> dict[str, Any]:
    """The document in the text. Raises DeployError, with the line."""
    try:
        loaded: Any = yaml.load(content, _Loader)  # noqa: S506 -- a safe loader with tags
        document = record(loaded)
        if document is None:
            raise DeployError(f"{name} is not a template: it has no sections")
        return cast("dict[str, Any]", json.loads(_unshared(document)))
    except (yaml.YAMLError, ValueError) as error:
        raise DeployError(f"{name} is not a template: {error}") from None
    except RecursionError:
        raise DeployError(f"{name} is not a template: it is nested too deeply") from None


def _unshared(document: Mapping[str, Any]) -> str:
    """The document as JSON, in which no part is shared by two places. Raises ValueError if that is too much.

    A few lines of aliases of aliases are enough for any number of parts.
    """
    parts: list[str] = []
    size = 0
    for part in json.JSONEncoder(default=str).iterencode(document):
        parts.append(part)
        size += len(part)
        if size > limits.template_characters_max:
            raise ValueError(f"with its aliases it has more than {limits.template_characters_max} characters")
    return "".join(parts)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DeployError(f"{file} cannot be read: {error}") from None


class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: dates are texts, and `!Name` is a function."""

    yaml_implicit_resolvers = {  # noqa: RUF012 -- the base class's own attribute
        first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]} is there twice", node.start_mark)
        return {str(key): value for key, value in super().construct_mapping(node, deep).items()}


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(cast("yaml.MappingNode", node), deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _function)  # pyright: ignore[reportUnknownMemberType]


def _section(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    return record(document.get(name)) or {}


def _document_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    for name in document:
        if name not in SECTIONS:
            yield Problem(f"is not supported; supported: {', '.join(SECTIONS)}", name)
    transform = document.get("Transform")
    if transform is not None and transform not in (serverless.TRANSFORM, [serverless.TRANSFORM]):
        yield Problem(f"{transform} is not supported; supported: {serverless.TRANSFORM}", "Transform")
    if "Globals" in document and transform is None:
        yield Problem(f"needs Transform: {serverless.TRANSFORM}", "Globals")
    for name in ("Parameters", "Mappings", "Conditions", "Outputs", "Resources"):
        if record(document.get(name, {})) is None:
            yield Problem("must have named members", name)
    if not _section(document, "Resources"):
        yield Problem("there are none", "Resources")
    for name, form in _section(document, "Outputs").items():
        for member in record(form) or {"": None}:
            if member not in {"Condition", "Description", "Value"}:
                sentence = "is not supported; supported: Condition, Description, Value"
                yield Problem(sentence, f"output {name}", property=member)


def _resource_problems(document: Mapping[str, Any]) -> list[Problem]:
    found: list[Problem] = []
    forms = _section(document, "Resources")
    for name, each in forms.items():
        form = record(each)
        if form is None or not isinstance(form.get("Type"), str):
            found.append(Problem("has no Type", name))
            continue
        kind = form["Type"]
        if record(form.get("Properties") or {}) is None:
            found.append(Problem("must have named members", name, kind, "Properties"))
        for member in form:
            if member not in RESOURCE_MEMBERS:
                sentence = f"is not supported; supported: {', '.join(RESOURCE_MEMBERS)}"
                found.append(Problem(sentence, name, kind, member))
        for member in ("DeletionPolicy", "UpdateReplacePolicy"):
            if form.get(member, "Delete") not in _DELETION_POLICIES:
                sentence = f"{form[member]} is not supported; supported: {', '.join(_DELETION_POLICIES)}"
                found.append(Problem(sentence, name, kind, member))
        found += [
            Problem(f"there is no resource {other}", name, kind, "DependsOn")
            for other in _depends_on(form)
            if other not in forms
        ]
    return found


def _depends_on(form: Mapping[str, Any]) -> list[str]:
    given = form.get("DependsOn", [])
    return [str(name) for name in array(given) or [given]] if given else []


def _resource(logical_id: str, form: Mapping[str, Any]) -> Resource:
    return Resource(
        logical_id=logical_id,
        type=form["Type"],
        properties=record(form.get("Properties")) or {},
        depends_on=tuple(_depends_on(form)),
        condition=form.get("Condition"),
        deletion_policy="Delete" if form.get("DeletionPolicy", "Delete") == "Delete" else "Retain",
    )
