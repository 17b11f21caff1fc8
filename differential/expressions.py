"""Random expressions with their names and values; some are wrong, as people's are."""

from random import Random
from typing import Any

from differential.values import PLAIN, Value, value

COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")
TYPE_NAMES = ("S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL", "X")


class Expressions:
    """Makes the expressions of one request, and collects the names and values that they use."""

    def __init__(self, random: Random, names: tuple[str, ...]) -> None:
        self.random = random
        self.names = (*PLAIN, *names)
        self.used_names: dict[str, str] = {}
        self.used_values: dict[str, Value] = {}

    def members(self) -> dict[str, Any]:
        """ExpressionAttributeNames and -Values; now and then one too many, or one too few."""
        if self.random.random() < 0.02:
            self.used_values[":unused"] = {"S": "unused"}
        if self.random.random() < 0.02 and self.used_values:
            self.used_values.popitem()
        given: dict[str, Any] = {}
        if self.used_names:
            given["ExpressionAttributeNames"] = self.used_names
        if self.used_values:
            given["ExpressionAttributeValues"] = self.used_values
        return given

    def value(self, given: Value | None = None) -> str:
        name = f":v{len(self.used_values)}"
        self.used_values[name] = value(self.random) if given is None else given
        return name

    def name(self, name: str) -> str:
        """The attribute's name, or a placeholder for it."""
        if self.random.random() < 0.6:
            return name
        self.used_names[f"#{name}"] = name
        return f"#{name}"

    def path(self) -> str:
        name = self.random.choice(self.names)
        path = self.name(name)
        if name == "m" and self.random.random() < 0.7:
            return self.inside(f"{path}.{self.random.choice('xyz')}")
        if name == "l" and self.random.random() < 0.7:
            return self.inside(f"{path}[{self.random.randint(0, 4)}]")
        return path

    def inside(self, path: str) -> str:
        """The path, or one that goes a level deeper."""
        match self.random.randint(0, 9):
            case 0:
                return f"{path}.{self.random.choice('xyz')}"
            case 1:
                return f"{path}[{self.random.randint(0, 2)}]"
            case _:
                return path

    def operand(self) -> str:
        chance = self.random.random()
        if chance < 0.45:
            return self.path()
        return self.value() if chance < 0.9 else f"size({self.path()})"

    def condition(self, depth: int = 2) -> str:
        chance = self.random.random()
        if depth and chance < 0.15:
            return f"NOT {self.condition(depth - 1)}"
        if depth and chance < 0.45:
            joined = self.random.choice((" AND ", " OR "))
            return joined.join(f"({self.condition(depth - 1)})" for _ in range(self.random.randint(2, 3)))
        return self.leaf()

    def leaf(self) -> str:
        match self.random.randint(0, 9):
            case 0 | 1 | 2:
                return f"{self.operand()} {self.random.choice(COMPARATORS)} {self.operand()}"
            case 3:
                return f"{self.operand()} BETWEEN {self.operand()} AND {self.operand()}"
            case 4:
                choices = ", ".join(self.operand() for _ in range(self.random.randint(1, 3)))
                return f"{self.operand()} IN ({choices})"
            case 5:
                return f"attribute_exists({self.path()})"
            case 6:
                return f"attribute_not_exists({self.path()})"
            case 7:
                return f"attribute_type({self.path()}, {self.value({'S': self.random.choice(TYPE_NAMES)})})"
            case 8:
                return f"begins_with({self.path()}, {self.operand()})"
            case _:
                return f"contains({self.path()}, {self.operand()})"

    def projection(self) -> str:
        return ", ".join(self.path() for _ in range(self.random.randint(1, 3)))

    def update(self, sections: tuple[str, ...] = SECTIONS) -> str:
        sections = tuple(self.random.sample(sections, self.random.randint(1, 2)))
        return " ".join(f"{section} {self.actions(section)}" for section in sections)

    def actions(self, section: str) -> str:
        one = {"SET": self.assignment, "REMOVE": self.path, "ADD": self.addition, "DELETE": self.addition}
        return ", ".join(one[section]() for _ in range(self.random.randint(1, 2)))

    def assignment(self) -> str:
        path = self.path()
        match self.random.randint(0, 4):
            case 0 | 1:
                return f"{path} = {self.value()}"
            case 2:
                number = self.value({"N": "2"})
                return f"{path} = {self.path()} {self.random.choice('+-')} {number}"
            case 3:
                return f"{path} = if_not_exists({self.path()}, {self.value()})"
            case _:
                more = self.value({"L": [value(self.random, 1)]})
                return f"{path} = list_append({self.path()}, {more})"

    def addition(self) -> str:
        return f"{self.path()} {self.value()}"

    def key_condition(self, keys: tuple[str, ...], one_of: dict[str, list[Value]]) -> str:
        """A key condition on a table or an index with these keys."""
        partition, *sort = keys
        text = f"{self.name(partition)} = {self.value(self.random.choice(one_of[partition]))}"
        if not sort or self.random.random() < 0.4:
            return text
        name = self.name(sort[0])
        first, second = (self.value(self.random.choice(one_of[sort[0]])) for _ in range(2))
        match self.random.randint(0, 2):
            case 0:
                del self.used_values[second]
                return f"{text} AND {name} {self.random.choice(COMPARATORS)} {first}"
            case 1:
                del self.used_values[second]
                return f"{text} AND begins_with({name}, {first})"
            case _:
                return f"{text} AND {name} BETWEEN {first} AND {second}"
