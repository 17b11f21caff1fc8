"""Random attribute values, items and keys, out of pools so small that requests meet each other's items."""

from base64 import b64encode
from random import Random
from typing import Any

Value = dict[str, Any]
Item = dict[str, Value]

# Attributes that are no key of any table. `m` and `l` are mostly maps and lists.
PLAIN = ("a", "b", "c", "m", "l")
TEXTS = ("", "a", "ab", "abc", "b", "ÄÖ", "0", "same")
NUMBERS = (
    *("0", "1", "-1", "2", "10", "1.5", "-0.25", "1e3", "100", "12345678901234567890", "1E-120"),
    *(
        "99999999999999999999999999999999999999",
        "9.9999E+125",
        "-1E-130",
        "0.1234567890123456789012345678901234567",
    ),
)
BYTES = (b"", b"\x00", b"a", b"ab", b"\xff\xfe")
TYPES = ("S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL")


def encoded(data: bytes) -> str:
    return b64encode(data).decode()


def scalar(random: Random, kind: str) -> Value:
    match kind:
        case "S":
            return {"S": random.choice(TEXTS)}
        case "N":
            return {"N": random.choice(NUMBERS)}
        case "B":
            return {"B": encoded(random.choice(BYTES))}
        case "BOOL":
            return {"BOOL": random.random() < 0.5}
        case _:
            return {"NULL": True}


def value(random: Random, depth: int = 2) -> Value:
    """Of any type, mostly small and right."""
    kind = random.choice(TYPES if depth else TYPES[:3])
    count = random.randint(1, 3)
    match kind:
        case "SS":
            return {"SS": random.sample([text for text in TEXTS if text], count)}
        case "NS":
            return {"NS": random.sample(NUMBERS, count)}
        case "BS":
            return {"BS": [encoded(data) for data in random.sample([data for data in BYTES if data], count)]}
        case "M":
            return {"M": {random.choice("xyz"): value(random, depth - 1) for _ in range(count)}}
        case "L":
            return {"L": [value(random, depth - 1) for _ in range(count)]}
        case _:
            return scalar(random, kind)


def attributes(random: Random) -> Item:
    """Some plain attributes."""
    found: Item = {name: value(random) for name in PLAIN[:3] if random.random() < 0.6}
    if random.random() < 0.6:
        found["m"] = {"M": {name: value(random, 1) for name in "xyz" if random.random() < 0.7}}
    if random.random() < 0.6:
        found["l"] = {"L": [value(random, 1) for _ in range(random.randint(0, 4))]}
    return found
