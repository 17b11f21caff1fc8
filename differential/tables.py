"""The tables that both servers are given: keys of every type, a local and two global indexes."""

from dataclasses import dataclass
from random import Random
from typing import Any

from differential.values import Item, attributes, encoded, scalar

KEY_TEXTS = ("k1", "k2", "k3")
KEY_NUMBERS = ("0", "1", "2.5", "-3", "1e2", "-1E-130", "9.99e125")
KEY_BYTES = (b"\x00", b"k", b"\xff")


@dataclass(frozen=True)
class Table:
    """A table and its indexes: names of key attributes, partition key first."""

    name: str
    keys: tuple[str, ...]
    types: dict[str, str]
    local: tuple[tuple[str, tuple[str, ...]], ...] = ()
    overall: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def indexes(self) -> dict[str, tuple[str, ...]]:
        return dict((*self.local, *self.overall))

    def definition(self) -> dict[str, Any]:
        """CreateTable's parameters."""
        made: dict[str, Any] = {
            "TableName": self.name,
            "KeySchema": _schema(self.keys),
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind} for name, kind in self.types.items()
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        }
        if self.local:
            made["LocalSecondaryIndexes"] = [_index(name, keys) for name, keys in self.local]
        if self.overall:
            made["GlobalSecondaryIndexes"] = [_index(name, keys) for name, keys in self.overall]
        return made

    def key(self, random: Random) -> Item:
        return {name: key_value(random, self.types[name]) for name in self.keys}

    def item(self, random: Random) -> Item:
        """An item that is mostly right; sometimes an index's key has another type."""
        found = {**attributes(random), **self.key(random)}
        for name, kind in self.types.items():
            if name not in self.keys and random.random() < 0.7:
                found[name] = key_value(random, kind)
        if random.random() < 0.04:
            name = random.choice(list(self.types))
            found[name] = scalar(random, random.choice(("S", "N", "B", "BOOL")))
        return found


def key_value(random: Random, kind: str) -> dict[str, Any]:
    match kind:
        case "S":
            return {"S": random.choice(KEY_TEXTS)}
        case "N":
            return {"N": random.choice(KEY_NUMBERS)}
        case _:
            return {"B": encoded(random.choice(KEY_BYTES))}


def _schema(names: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def _index(name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    projected: dict[str, Any] = {"ProjectionType": PROJECTIONS[name]}
    if PROJECTIONS[name] == "INCLUDE":
        projected["NonKeyAttributes"] = ["a", "m"]
    return {"IndexName": name, "KeySchema": _schema(keys), "Projection": projected}


PROJECTIONS = {
    "local": "ALL",
    "narrow": "KEYS_ONLY",
    "some": "INCLUDE",
    "overall": "INCLUDE",
    "sparse": "INCLUDE",
    "turned": "ALL",
    "keys": "KEYS_ONLY",
}
TABLES = (
    Table("simple", ("p",), {"p": "S"}),
    Table(
        "ordered",
        ("p", "r"),
        {"p": "S", "r": "N", "s": "S", "g": "N"},
        local=(("local", ("p", "s")),),
        overall=(("overall", ("s", "g")), ("sparse", ("g",))),
    ),
    Table(
        "bytes",
        ("p", "r"),
        {"p": "B", "r": "S", "t": "B", "g": "N"},
        local=(("narrow", ("p", "t")), ("some", ("p", "g"))),
        overall=(("turned", ("r", "p")), ("keys", ("t", "r"))),
    ),
)
