"""A template understood: which resources there shall be, in which order, and what is wrong with it.

Pure, but for looking whether code is where the template says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.core.arn import Scope
from millrace.deploy.document import text
from millrace.deploy.intrinsics import NO_VALUE, Resolver, Unknown
from millrace.deploy.order import order
from millrace.deploy.problem import Problem, Refused, TemplateError
from millrace.deploy.resources import KINDS
from millrace.deploy.resources.kind import Kind, Situation
from millrace.deploy.template import Resource, Template

# What each resource's Ref ("Ref") and attributes are.
Attributes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Output:
    """A value that the template tells to the outside."""

    value: Any
    description: str


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The resources whose conditions hold, each after those it needs."""

    template: Template
    stack: str
    scope: Scope
    order: tuple[str, ...]

    def properties(self, logical_id: str, attributes: Attributes) -> dict[str, Any]:
        """A resource's properties with everything in them resolved."""
        resource = self.template.resources[logical_id]
        try:
            found: dict[str, Any] = _resolver(self.template, self.stack, self.scope, attributes).resolve(
                resource.properties
            )
        except TemplateError as error:
            raise Refused([Problem(str(error), logical_id, resource.type)]) from None
        return found

    def outputs(self, attributes: Attributes) -> dict[str, Output]:
        """The outputs whose conditions hold. Raises Refused if a resource does not have what one shows."""
        resolver = _resolver(self.template, self.stack, self.scope, attributes)
        found: dict[str, Output] = {}
        for name, form in self.template.outputs.items():
            try:
                if "Condition" not in form or resolver.holds(form["Condition"]):
                    value = resolver.resolve(form.get("Value"))
                    found[name] = Output(value, str(form.get("Description", "")))
            except TemplateError as error:
                raise Refused([Problem(str(error), f"output {name}", property="Value")]) from None
        return found


def draw(template: Template, stack: str, scope: Scope, situation: Situation) -> Blueprint:
    """The template understood. Raises Refused with everything that is wrong with it."""
    study = _Study(template, stack, scope, situation)
    needs = {logical_id: study.needs(resource) for logical_id, resource in study.present.items()}
    study.outputs()
    if study.problems:
        raise Refused(study.problems)
    return Blueprint(template, stack, scope, tuple(order(needs)))


class _Study:
    """Goes through a template once, with every attribute unknown, and collects what is wrong."""

    def __init__(self, template: Template, stack: str, scope: Scope, situation: Situation) -> None:
        self.problems: list[Problem] = []
        self._template = template
        self._situation = situation
        self._asked: set[str] = set()
        self._resolver = Resolver(
            {**template.parameters, **_pseudo(stack, scope)},
            template.mappings,
            template.conditions,
            self._attribute,
        )
        self._deciding = True
        self.present = {name: each for name, each in template.resources.items() if self._is_present(each)}
        self._deciding = False

    def _is_present(self, resource: Resource) -> bool:
        try:
            return resource.condition is None or self._resolver.holds(resource.condition)
        except TemplateError as error:
            self.problems.append(Problem(str(error), resource.logical_id, resource.type, "Condition"))
            return False

    def needs(self, resource: Resource) -> set[str]:
        """The resources that have to be there first."""
        kind = KINDS.get(resource.type)
        if kind is None:
            sentence = f"this type is not supported; supported: {', '.join(KINDS)}"
            self.problems.append(Problem(sentence, resource.logical_id, resource.type))
            return set()
        self._asked = set()
        found: dict[str, Any] = {}
        for name, value in resource.properties.items():
            try:
                resolved = self._resolver.resolve(value)
                found |= {} if resolved is NO_VALUE else {name: resolved}
            except TemplateError as error:
                self.problems.append(Problem(str(error), resource.logical_id, resource.type, name))
                found[name] = Unknown(name)
        self.problems += self._wrong(kind, resource, found)
        depends = {name for name in resource.depends_on if name in self.present}
        return (self._asked | depends) & set(self.present)

    def _wrong(self, kind: Kind, resource: Resource, properties: dict[str, Any]) -> Iterator[Problem]:
        for path, sentence in kind.problems(properties, self._situation):
            yield Problem(sentence, resource.logical_id, resource.type, path)

    def _attribute(self, logical_id: str, attribute: str) -> Any:
        resource = self._template.resources.get(logical_id)
        if resource is None:
            raise TemplateError(f"there is no parameter or resource {logical_id}")
        if self._deciding:
            raise TemplateError(f"a condition cannot ask for the resource {logical_id}")
        if logical_id not in self.present:
            raise TemplateError(
                f"{logical_id} is not there: its condition {resource.condition} does not hold"
            )
        kind = KINDS.get(resource.type)
        if kind is not None and attribute not in {"Ref", *kind.attributes}:
            supported = ", ".join(sorted(kind.attributes)) or "none"
            raise TemplateError(
                f"{logical_id} ({resource.type}) has no attribute {attribute}; supported: {supported}"
            )
        self._asked.add(logical_id)
        return Unknown(f"{logical_id}.{attribute}")

    def outputs(self) -> None:
        """Look at the outputs as well."""
        for name, form in self._template.outputs.items():
            try:
                if "Condition" not in form or self._resolver.holds(form["Condition"]):
                    value = self._resolver.resolve(form.get("Value"))
                    if text(value) is None and not isinstance(value, Unknown):
                        self.problems.append(Problem("must be a text", f"output {name}", property="Value"))
            except TemplateError as error:
                self.problems.append(Problem(str(error), f"output {name}", property="Value"))


def _pseudo(stack: str, scope: Scope) -> dict[str, str]:
    return {
        "AWS::AccountId": scope.account,
        "AWS::Partition": scope.partition,
        "AWS::Region": scope.region,
        "AWS::StackName": stack,
        "AWS::URLSuffix": "amazonaws.com",
    }


def _resolver(template: Template, stack: str, scope: Scope, attributes: Attributes) -> Resolver:
    def attribute(logical_id: str, name: str) -> Any:
        known = attributes.get(logical_id, {})
        if name not in known:
            raise TemplateError(f"{logical_id} has no {name}: nothing in the template gives it one")
        return known[name]

    values = {**template.parameters, **_pseudo(stack, scope)}
    return Resolver(values, template.mappings, template.conditions, attribute)
