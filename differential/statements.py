"""Random statements of PartiQL on a table; some are wrong, as people's are."""

from random import Random
from typing import Any

from differential.expressions import COMPARATORS
from differential.tables import Table
from differential.values import PLAIN, Value, value

Params = dict[str, Any]
RETURNING = (
    "",
    "",
    " RETURNING ALL OLD *",
    " RETURNING ALL NEW *",
    " RETURNING MODIFIED OLD *",
    " RETURNING MODIFIED NEW *",
)


class Statements:
    """Makes one statement on one table, and collects its parameters in their order."""

    def __init__(self, random: Random, table: Table) -> None:
        self.random = random
        self.table = table
        self.used: list[Value] = []

    def any(self) -> Params:
        return self.read() if self.random.random() < 0.4 else self.write()

    def read(self) -> Params:
        """A SELECT of one item, of a partition, of an index or of everything."""
        source, keys = f'"{self.table.name}"', self.table.keys
        if self.table.indexes and self.random.random() < 0.3:
            index = self.random.choice(list(self.table.indexes))
            source, keys = f'{source}."{index}"', self.table.indexes[index]
        what = "*" if self.random.random() < 0.6 else ", ".join(self._paths())
        terms = self._keys(keys) if self.random.random() < 0.9 else []
        if self.random.random() < 0.3:
            terms.append(self._condition())
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        return self._made(f"SELECT {what} FROM {source}{where}")

    def write(self) -> Params:
        match self.random.randint(0, 3):
            case 0:
                item = self.table.item(self.random)
                members = ", ".join(f"'{name}': {self._value(one)}" for name, one in item.items())
                return self._made(f'INSERT INTO "{self.table.name}" VALUE {{{members}}}')
            case 1:
                where = self._where()
                return self._made(f'DELETE FROM "{self.table.name}" WHERE {where}{self._returning()}')
            case _:
                changes = " ".join(self._change() for _ in range(self.random.randint(1, 2)))
                where = self._where()
                return self._made(f'UPDATE "{self.table.name}" {changes} WHERE {where}{self._returning()}')

    def _made(self, text: str) -> Params:
        if self.used and self.random.random() < 0.02:
            self.used.pop()
        return {"Statement": text, **({"Parameters": self.used} if self.used else {})}

    def _returning(self) -> str:
        return self.random.choice(RETURNING)

    def _value(self, given: Value | None = None) -> str:
        self.used.append(value(self.random) if given is None else given)
        return "?"

    def _keys(self, names: tuple[str, ...]) -> list[str]:
        """What is said of the key: mostly all of it."""
        key = {**self.table.item(self.random), **self.table.key(self.random)}
        kept = names if self.random.random() < 0.8 else names[:1]
        return [f"{name} = {self._value(key.get(name))}" for name in kept]

    def _where(self) -> str:
        terms = self._keys(self.table.keys)
        if self.random.random() < 0.2:
            terms.append(self._condition())
        return " AND ".join(terms)

    def _paths(self) -> list[str]:
        return [self._path() for _ in range(self.random.randint(1, 2))]

    def _path(self) -> str:
        match self.random.choice(PLAIN):
            case "m":
                return f"m.{self.random.choice('xyz')}"
            case "l":
                return f"l[{self.random.randint(0, 2)}]"
            case name:
                return name

    def _condition(self) -> str:
        match self.random.randint(0, 4):
            case 0:
                return f"{self._path()} {self.random.choice(COMPARATORS)} {self._value()}"
            case 1:
                return f"{self._path()} IS {self.random.choice(('', 'NOT '))}MISSING"
            case 2:
                return f"begins_with({self._path()}, {self._value({'S': 'a'})})"
            case 3:
                return f"NOT {self._path()} = {self._value()}"
            case _:
                return f"contains({self._path()}, {self._value()})"

    def _change(self) -> str:
        match self.random.randint(0, 3):
            case 0 | 1:
                return f"SET {self._path()} = {self._value()}"
            case 2:
                path = self._path()
                return f"SET {path} = {path} {self.random.choice('+-')} {self._value({'N': '2'})}"
            case _:
                return f"REMOVE {self._path()}"
