"""CloudFormation's intrinsic functions and conditions. Pure: who resolves says what a resource's values are.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from millrace.deploy.document import array, record, text
from millrace.deploy.problem import TemplateError


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the deployment itself brings, for instance the ARN of a stream that is not there yet."""

    source: str

    def __str__(self) -> str:
        return f"({self.source}: known after deploy)"


class _NoValue:
    """What `AWS::NoValue` gives: the property or element is as if it was not written."""


NO_VALUE = _NoValue()

# Called with a logical id and an attribute, "Ref" for the value of Ref.
Attribute = Callable[[str, str], Any]

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")


def has_unknown(value: Any) -> bool:
    """Whether some part of it is known only after deploy."""
    if isinstance(value, Unknown):
        return True
    parts: list[Any] = [*(record(value) or {}).values(), *(array(value) or [])]
    return any(has_unknown(part) for part in parts)


def function_of(value: Any) -> str | None:
    """The name of the intrinsic function that the value calls, if it does."""
    form = record(value)
    if form is None or len(form) != 1:
        return None
    name = next(iter(form))
    return name if name == "Ref" or name.startswith("Fn::") else None


@dataclass(frozen=True)
class Resolver:
    """Replaces functions by their values. Every method raises TemplateError with a sentence.

    `values`: parameters and pseudo parameters; `attribute` answers for resources.
    """

    values: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    attribute: Attribute
    _asked: list[str] = field(default_factory=list[str])

    def resolve(self, value: Any) -> Any:
        """The value with every function in it replaced, and without what is `AWS::NoValue`."""
        name = function_of(value)
        if name is not None:
            return self._call(name, value[name])
        form, elements = record(value), array(value)
        if form is not None:
            resolved = {key: self.resolve(part) for key, part in form.items()}
            return {key: part for key, part in resolved.items() if part is not NO_VALUE}
        if elements is not None:
            return [part for part in map(self.resolve, elements) if part is not NO_VALUE]
        return value

    def holds(self, name: Any) -> bool:
        """Whether the condition of this name holds."""
        if not isinstance(name, str):
            raise TemplateError("a condition is named by a text")
        if name not in self.conditions:
            raise TemplateError(
                f"there is no condition {name}; there are: {', '.join(self.conditions) or 'none'}"
            )
        if name in self._asked:
            raise TemplateError(f"conditions ask for each other: {' → '.join([*self._asked, name])}")
        self._asked.append(name)
        try:
            return self._decide(self.conditions[name])
        finally:
            self._asked.pop()

    def _decide(self, value: Any) -> bool:
        form = record(value)
        if form is None or len(form) != 1:
            raise TemplateError("a condition is one of Fn::Equals, Fn::And, Fn::Or, Fn::Not, Condition")
        ((name, argument),) = form.items()
        if name == "Condition":
            return self.holds(str(argument))
        parts = array(argument) or []
        if name == "Fn::Equals" and len(parts) == 2:
            left, right = map(self.resolve, parts)
            return left == right or (text(left) is not None and text(left) == text(right))
        if name == "Fn::Not" and len(parts) == 1:
            return not self._decide(parts[0])
        if name in {"Fn::And", "Fn::Or"} and 2 <= len(parts) <= 10:
            decided = [self._decide(part) for part in parts]
            return all(decided) if name == "Fn::And" else any(decided)
        raise TemplateError(f"{name} is not a condition, or has not the right number of parts")

    def _call(self, name: str, argument: Any) -> Any:
        functions: Mapping[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Base64": self._base64,
        }
        if name not in functions:
            raise TemplateError(f"{name} is not supported here; supported: {', '.join(functions)}")
        return functions[name](argument)

    def _ref(self, argument: Any) -> Any:
        name = text(argument)
        if name is None:
            raise TemplateError("Ref takes the name of a parameter or a resource")
        if name == "AWS::NoValue":
            return NO_VALUE
        return self.values[name] if name in self.values else self.attribute(name, "Ref")

    def _get_att(self, argument: Any) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else (array(argument) or [])
        if len(parts) != 2 or not isinstance(parts[0], str):
            raise TemplateError("Fn::GetAtt takes a logical id and the name of an attribute")
        attribute = self.resolve(parts[1])
        return self.attribute(parts[0], str(attribute))

    def _sub(self, argument: Any) -> Any:
        parts = array(argument)
        nothing: dict[str, Any] = {}
        if parts is None:
            parts = [argument, nothing]
        template, given = (parts[0], record(parts[1])) if len(parts) == 2 else (None, None)
        if not isinstance(template, str) or given is None:
            raise TemplateError("Fn::Sub takes a text, or a text and a map of its variables")
        values: list[Any] = []
        end = 0
        for found in _VARIABLE.finditer(template):
            values += [template[end : found.start()], self._variable(found[1], given)]
            end = found.end()
        return _joined("Fn::Sub", "", [*values, template[end:]])

    def _variable(self, name: str, given: Mapping[str, Any]) -> Any:
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        name = name.strip()
        if name in given:
            return self.resolve(given[name])
        return self._get_att(name) if "." in name else self._ref(name)

    def _join(self, argument: Any) -> Any:
        parts = array(argument) or []
        if len(parts) != 2 or not isinstance(parts[0], str):
            raise TemplateError("Fn::Join takes a delimiter and a list")
        values = self.resolve(parts[1])
        if isinstance(values, Unknown):
            return values
        elements = array(values)
        if elements is None:
            raise TemplateError("Fn::Join takes a delimiter and a list")
        return _joined("Fn::Join", parts[0], elements)

    def _if(self, argument: Any) -> Any:
        parts = array(argument) or []
        if len(parts) != 3:
            raise TemplateError("Fn::If takes a condition, a value if it holds, and one if it does not")
        return self.resolve(parts[1] if self.holds(str(parts[0])) else parts[2])

    def _find_in_map(self, argument: Any) -> Any:
        keys = self.resolve(argument)
        if array(keys) is None or len(keys) != 3:
            raise TemplateError("Fn::FindInMap takes the names of a map, of a key and of a second key")
        found: Any = self.mappings
        for key in keys:
            table = record(found)
            if table is None or text(key) not in table:
                raise TemplateError(f"Fn::FindInMap finds nothing at {' / '.join(map(str, keys))}")
            found = table[text(key) or ""]
        return found

    def _select(self, argument: Any) -> Any:
        parts = self.resolve(argument)
        if array(parts) is None or len(parts) != 2:
            raise TemplateError("Fn::Select takes an index and a list")
        if has_unknown(parts[0]) or isinstance(parts[1], Unknown):
            return Unknown("Fn::Select")
        index, elements = text(parts[0]) or "", array(parts[1]) or []
        if not index.isdecimal() or int(index) >= len(elements):
            raise TemplateError(f"Fn::Select has no element {index} in a list of {len(elements)}")
        return elements[int(index)]

    def _split(self, argument: Any) -> Any:
        parts = self.resolve(argument)
        if array(parts) is None or len(parts) != 2 or not isinstance(parts[0], str) or not parts[0]:
            raise TemplateError("Fn::Split takes a delimiter and a text")
        if isinstance(parts[1], Unknown):
            return parts[1]
        return (text(parts[1]) or "").split(parts[0])

    def _base64(self, argument: Any) -> Any:
        value = self.resolve(argument)
        if isinstance(value, Unknown):
            return value
        return base64.b64encode((text(value) or "").encode()).decode()


def _joined(function: str, delimiter: str, parts: list[Any]) -> Any:
    unknown = next((part for part in parts if isinstance(part, Unknown)), None)
    if unknown is not None:
        return unknown
    texts = [text(part) for part in parts]
    if None in texts:
        raise TemplateError(f"{function} can only join texts")
    return delimiter.join(part for part in texts if part is not None)
