"""Names and values that a statement gives to the expression language, under made-up placeholders."""

from millrace.dynamodb.expressions.scope import Scope
from millrace.dynamodb.expressions.syntax import Path, Value
from millrace.dynamodb.values import AttributeValue


class Placeholders:
    """Gives a placeholder for each name and value; `scope` then knows them all."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, AttributeValue] = {}

    def path(self, steps: tuple[str | int, ...]) -> Path:
        """A path whose names are placeholders, so that no word in it is reserved."""
        return Path(tuple(step if isinstance(step, int) else self._name(step) for step in steps))

    def value(self, value: AttributeValue) -> Value:
        """A placeholder of a normalised value."""
        placeholder = f":{len(self._values)}"
        self._values[placeholder] = value
        return Value(placeholder)

    def scope(self) -> Scope:
        return Scope(self._names or None, self._values or None)

    def _name(self, name: str) -> str:
        placeholder = f"#{len(self._names)}"
        self._names[placeholder] = name
        return placeholder
