"""Whatever is done in whatever order, every database is what plain dicts and lists would be."""

import asyncio
import contextlib
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.contract.backends import LIGHT, MEMORY, SQLITE, Backend
from tests.examples import examples

names = st.sampled_from(["a", "b", "c"])
keys = st.binary(max_size=3) | st.sampled_from([b"k", b"l", b"m"])
values = st.binary(max_size=5)
changes = st.one_of(
    st.tuples(st.just("put"), names, keys, values),
    st.tuples(st.just("delete"), names, keys),
    st.tuples(st.just("append"), names, values),
    st.tuples(st.just("trim"), names, st.integers(-1, 12)),
    st.tuples(st.just("drop"), names),
    st.tuples(
        st.just("range"),
        names,
        keys,
        st.none() | keys,
        st.booleans(),
        st.none() | st.integers(min_value=0, max_value=4),
    ),
    st.tuples(st.just("tail"), names, st.integers(-1, 12), st.integers(0, 5)),
    st.tuples(st.just("fail")),
)


class FailError(Exception):
    pass


class Model:
    """The contract, as simply as it can be said."""

    def __init__(self) -> None:
        self.spaces: dict[str, dict[bytes, bytes]] = {}
        self.journals: dict[str, tuple[int, list[bytes]]] = {}

    def copy(self):
        other = Model()
        other.spaces = {name: dict(space) for name, space in self.spaces.items()}
        other.journals = {name: (floor, list(records)) for name, (floor, records) in self.journals.items()}
        return other

    def get(self, space, key):
        return self.spaces.get(space, {}).get(key)

    def range(self, space, low=b"", high=None, *, reverse=False, limit=None):
        rows = sorted(self.spaces.get(space, {}).items(), reverse=reverse)
        return [row for row in rows if low <= row[0] and (high is None or row[0] < high)][:limit]

    def tail(self, journal, after, limit):
        floor, records = self.journals.get(journal, (0, []))
        return [(floor + n, body) for n, body in enumerate(records, 1) if floor + n > after][:limit]

    def head(self, journal):
        floor, records = self.journals.get(journal, (0, []))
        return floor + len(records)

    def floor(self, journal):
        return self.journals.get(journal, (0, []))[0]

    def put(self, space, key, value):
        self.spaces.setdefault(space, {})[key] = value

    def delete(self, space, key):
        self.spaces.get(space, {}).pop(key, None)

    def append(self, journal, record):
        self.journals.setdefault(journal, (0, []))[1].append(record)
        return self.head(journal)

    def trim(self, journal, through):
        floor, records = self.journals.get(journal, (0, []))
        count = min(max(through - floor, 0), len(records))
        if journal in self.journals:
            self.journals[journal] = (floor + count, records[count:])

    def drop(self, space):
        self.spaces.pop(space, None)
        self.journals.pop(space, None)


def play(script, writer):
    """Do what `script` says and give all that was seen."""
    seen = []
    for verb, *arguments in script:
        match verb:
            case "fail":
                raise FailError
            case "range":
                name, low, high, reverse, limit = arguments
                seen.append(list(writer.range(name, low, high, reverse=reverse, limit=limit)))
            case _:
                seen.append(getattr(writer, verb)(*arguments))
                seen.extend(state_of(writer, arguments[0]))
    return seen


def state_of(reader, name):
    return [
        list(reader.range(name)),
        reader.head(name),
        reader.floor(name),
        reader.tail(name, 0, 99),
        reader.get(name, b"k"),
    ]


class StorageMachine(RuleBasedStateMachine):
    backend: Backend

    def __init__(self) -> None:
        super().__init__()
        self.files = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.model = Model()
        self.open()

    def open(self):
        self.storage = self.backend.open(Path(self.files.name))
        self.loop.run_until_complete(self.storage.__aenter__())

    def close(self):
        self.loop.run_until_complete(self.storage.__aexit__(None, None, None))

    def teardown(self):
        self.close()
        self.loop.close()
        self.files.cleanup()

    @rule(scripts=st.lists(st.lists(changes, max_size=6), min_size=1, max_size=5))
    def write_together(self, scripts):
        """All at once: they share commits, and some of them fail."""

        async def together():
            writes = (
                self.storage.write(lambda writer, script=script: play(script, writer)) for script in scripts
            )
            return await asyncio.gather(*writes, return_exceptions=True)

        for script, answer in zip(scripts, self.loop.run_until_complete(together()), strict=True):
            attempt = self.model.copy()
            expected = None
            with contextlib.suppress(FailError):
                expected = play(script, attempt)
                self.model = attempt
            assert isinstance(answer, FailError) if expected is None else answer == expected

    @rule()
    def reopen(self):
        self.close()
        if self.backend.lasts:
            self.open()
        else:
            self.model = Model()
            self.open()

    @invariant()
    def reads_agree(self):
        def look(reader):
            return [state_of(reader, name) for name in ("a", "b", "c")]

        assert self.loop.run_until_complete(self.storage.read(look)) == look(self.model)


class SqliteMachine(StorageMachine):
    backend = SQLITE


class LightMachine(StorageMachine):
    backend = LIGHT


class MemoryMachine(StorageMachine):
    backend = MEMORY


for machine, ordinary in ((SqliteMachine, 25), (LightMachine, 25), (MemoryMachine, 60)):
    machine.TestCase.settings = settings(max_examples=examples(ordinary), stateful_step_count=20)

TestSqliteIsWhatTheModelIs = SqliteMachine.TestCase
TestLightSqliteIsWhatTheModelIs = LightMachine.TestCase
TestMemoryIsWhatTheModelIs = MemoryMachine.TestCase
