"""What expressions mean, said a second time, as plainly as it goes and apart from the code under test.

Values are Python's: str, Decimal, bytes, bool, None, list, dict, and frozenset for sets. A path is a tuple of
names and numbers. Conditions and operands are tuples that begin with what they are; `text` has their grammar.
"""

import base64
from copy import deepcopy
from decimal import Decimal

MISSING = object()
GONE = object()


class RefusedError(Exception):
    """DynamoDB would not do it."""


def wire(value):
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case Decimal():
            return {"N": str(value)}
        case bytes():
            return {"B": base64.b64encode(value).decode()}
        case list():
            return {"L": [wire(element) for element in value]}
        case dict():
            return {"M": {name: wire(member) for name, member in value.items()}}
    inner = [wire(element) for element in value]
    kind = next(iter(inner[0]))
    return {kind + "S": [element[kind] for element in inner]}


def plain(value):
    [(kind, content)] = value.items()
    match kind:
        case "N":
            return Decimal(content)
        case "B":
            return base64.b64decode(content)
        case "NULL":
            return None
        case "L":
            return [plain(element) for element in content]
        case "M":
            return {name: plain(member) for name, member in content.items()}
        case "SS" | "NS" | "BS":
            return frozenset(plain({kind[0]: element}) for element in content)
    return content


def kind(value):
    """The name of a value's type."""
    if isinstance(value, frozenset):
        return kind(next(iter(value))) + "S"
    names = {str: "S", Decimal: "N", bytes: "B", bool: "BOOL", type(None): "NULL", list: "L", dict: "M"}
    return names[type(value)]


def same(one, other):
    """Python holds True for 1, DynamoDB does not."""
    if one is MISSING or other is MISSING or kind(one) != kind(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return one == other


def found(item, path):
    value = item
    for step in path:
        if isinstance(step, str):
            value = value.get(step, MISSING) if isinstance(value, dict) else MISSING
        elif isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return MISSING
    return value


# Conditions.


def operand(item, of):
    what, inner = of
    if what == "path":
        return found(item, inner)
    if what == "value":
        return inner
    measured = operand(item, inner)
    if measured is MISSING or kind(measured) in {"N", "BOOL", "NULL"}:
        return MISSING
    if isinstance(measured, str):
        return Decimal(len(measured.encode("utf-16-le")) // 2)
    return Decimal(len(measured))


def ordered(one, other, sign):
    if one is MISSING or other is MISSING or kind(one) != kind(other) or kind(one) not in {"S", "N", "B"}:
        return False
    if isinstance(one, str):
        one, other = one.encode(), other.encode()
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]


def holds(condition, item):
    what, *inner = condition
    match what:
        case "NOT":
            return not holds(inner[0], item)
        case "AND":
            return all(holds(part, item) for part in inner)
        case "OR":
            return any(holds(part, item) for part in inner)
        case "attribute_type":
            value = operand(item, inner[0])
            return value is not MISSING and kind(value) == inner[1][1]
    first, *others = [operand(item, of) for of in inner]
    match what:
        case "attribute_exists":
            return first is not MISSING
        case "attribute_not_exists":
            return first is MISSING
        case "=":
            return same(first, others[0])
        case "<>":
            return not same(first, others[0])
        case "BETWEEN":
            return ordered(others[0], first, "<=") and ordered(first, others[1], "<=")
        case "IN":
            return any(same(first, other) for other in others)
        case "begins_with":
            return (
                type(first) is type(others[0])
                and isinstance(first, str | bytes)
                and first.startswith(others[0])
            )
        case "contains":
            return contains(first, others[0])
    return ordered(first, others[0], what)


def contains(container, sought):
    if sought is MISSING:
        return False
    if isinstance(container, list | frozenset):
        return any(same(element, sought) for element in container)
    return isinstance(container, str | bytes) and type(container) is type(sought) and sought in container


# Updates: a list of (section, path, what).


def evaluated(item, of):
    what, *inner = of
    if what == "if_not_exists":
        value = operand(item, inner[0])
        return evaluated(item, inner[1]) if value is MISSING else value
    if what in {"path", "value"}:
        value = operand(item, of)
        if value is MISSING:
            raise RefusedError
        return value
    one, other = evaluated(item, inner[0]), evaluated(item, inner[1])
    wanted = "L" if what == "list_append" else "N"
    if kind(one) != wanted or kind(other) != wanted:
        raise RefusedError
    return one - other if what == "-" else one + other


def combined(section, old, given):
    """What ADD and DELETE leave of an old value; GONE if that is nothing."""
    if old is MISSING:
        return given if section == "ADD" else GONE
    if kind(old) != kind(given):
        raise RefusedError
    if section == "ADD":
        return old | given if isinstance(old, frozenset) else old + given
    return old - given or GONE


def updated(item, changes):
    """The item after all changes, each worked out from the item as it was."""
    after = deepcopy(item)
    ends = []
    for section, path, what in changes:
        if section == "SET":
            ends.append((path, evaluated(item, what)))
        elif section == "REMOVE":
            ends.append((path, GONE))
        else:
            ends.append((path, combined(section, found(item, path), what)))
    for path, value in sorted(ends, key=lambda end: [step for step in end[0] if isinstance(step, int)]):
        put(item, after, path, deepcopy(value) if value is not GONE else GONE)
    return swept(after)


def put(item, after, path, value):
    before, last = found(item, path[:-1]), path[-1]
    if before is MISSING or not isinstance(before, dict if isinstance(last, str) else list):
        raise RefusedError
    parent = found(after, path[:-1])
    if isinstance(last, str) or last < len(before):
        parent[last] = value
    else:
        parent.append(value)


def swept(value):
    if isinstance(value, dict):
        return {name: swept(member) for name, member in value.items() if member is not GONE}
    if isinstance(value, list):
        return [swept(element) for element in value if element is not GONE]
    return value


# Projections.


def projected(value, paths):
    """What is at the paths, in the maps and lists that it is in; MISSING if nothing is."""
    if () in paths:
        return value
    if isinstance(value, dict):
        picked = {
            name: inner
            for name, member in value.items()
            if (inner := projected(member, [path[1:] for path in paths if path[0] == name])) is not MISSING
        }
    elif isinstance(value, list):
        picked = [
            inner
            for index, element in enumerate(value)
            if (inner := projected(element, [path[1:] for path in paths if path[0] == index])) is not MISSING
        ]
    else:
        return MISSING
    return picked or MISSING


# Texts.


class Text:
    """Writes expressions down, and gathers their names and values."""

    def __init__(self, *, aliased):
        self.aliased = aliased
        self.names = {}
        self.values = {}

    def path(self, path):
        text = ""
        for step in path:
            if isinstance(step, int):
                text += f"[{step}]"
                continue
            name = step
            if self.aliased:
                name = f"#{step}_{len(self.names)}"
                self.names[name] = step
            text += f".{name}" if text else name
        return text

    def value(self, value):
        name = f":v{len(self.values)}"
        self.values[name] = wire(value)
        return name

    def operand(self, of):
        what, *inner = of
        if what == "path":
            return self.path(inner[0])
        if what == "value":
            return self.value(inner[0])
        if what in {"+", "-"}:
            return f"{self.operand(inner[0])} {what} {self.operand(inner[1])}"
        return f"{what}({', '.join(map(self.operand, inner))})"

    def condition(self, condition):
        """With as few parentheses as precedence allows."""
        what, *inner = condition
        if what == "NOT":
            text = self.condition(inner[0])
            return f"NOT ({text})" if inner[0][0] in {"AND", "OR"} else f"NOT {text}"
        if what in {"AND", "OR"}:
            parts = [(part[0], self.condition(part)) for part in inner]
            return f" {what} ".join(f"({text})" if of in {"AND", "OR"} else text for of, text in parts)
        texts = list(map(self.operand, inner))
        if what == "BETWEEN":
            return f"{texts[0]} BETWEEN {texts[1]} AND {texts[2]}"
        if what == "IN":
            return f"{texts[0]} IN ({', '.join(texts[1:])})"
        if what.isidentifier():
            return f"{what}({', '.join(texts)})"
        return f"{texts[0]} {what} {texts[1]}"

    def update(self, changes):
        sections = {}
        for section, path, what in changes:
            text = self.path(path)
            if section == "SET":
                text += f" = {self.operand(what)}"
            elif section != "REMOVE":
                text += f" {self.value(what)}"
            sections.setdefault(section, []).append(text)
        return " ".join(f"{section} {', '.join(texts)}" for section, texts in sections.items())
