"""No room, damaged files, someone else's files: millrace says what is wrong, and loses nothing that it answered."""

import contextlib
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from botocore.exceptions import ClientError
from tests.api.functions_process import Functions
from tests.api.millrace_process import ENVIRONMENT, Millrace, stream_policy

VALUE = "x" * 20_000


class Disk(NamedTuple):
    """A place for data whose room a test takes and gives back."""

    data: Path
    take_room: Callable[[Millrace], None]
    give_room: Callable[[Millrace], None]


@contextlib.contextmanager
def small_filesystem(place: Path) -> Iterator[Disk]:
    """A file system of a few megabytes, that a second file fills."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount")
    filler = place / "filler"

    def fill(_: Millrace) -> None:
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)

    try:
        yield Disk(place / "data", fill, lambda _: filler.unlink())
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextlib.contextmanager
def limited_files(place: Path) -> Iterator[Disk]:
    """A limit on the size of the server's files, as with a quota."""

    def limit(server: Millrace, size: int) -> None:
        assert server.process is not None
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def take(server: Millrace) -> None:
        limit(server, max(path.stat().st_size for path in server.data.glob("*.db*")))

    yield Disk(place, take, lambda server: limit(server, resource.RLIM_INFINITY))


@pytest.fixture(params=[small_filesystem, limited_files])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    with request.param(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def server(disk: Disk, tmp_path: Path) -> Iterator[Millrace]:
    server = Millrace(disk.data, errors=tmp_path / "errors")
    server.start()
    try:
        yield server
    finally:
        server.close()


class Store:
    """One table, the keys whose writes were answered, and those that were refused."""

    def __init__(self, server: Millrace) -> None:
        self.dynamodb = server.client("dynamodb")
        made = self.dynamodb.create_table(
            TableName="Store",
            AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        )
        self.stream: str = made["TableDescription"]["LatestStreamArn"]
        self.kept: list[str] = []
        self.refused: list[str] = []

    def put(self, key: str) -> None:
        try:
            self.dynamodb.put_item(TableName="Store", Item={"a": {"S": key}, "value": {"S": VALUE}})
        except ClientError:
            self.refused.append(key)
            raise
        self.kept.append(key)

    def put_until_refused(self) -> ClientError:
        try:
            for number in range(2_000):
                self.put(f"filling-{number}")
        except ClientError as refusal:
            return refusal
        pytest.fail("it never ran out of room")

    def there(self) -> list[str]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName="Store", ConsistentRead=True)
        return sorted(
            item["a"]["S"] for page in pages for item in page["Items"] if item["value"]["S"] == VALUE
        )


def told(error: ClientError) -> tuple[int, str]:
    return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]


def test_without_room_writes_fail_clearly_reads_go_on_and_nothing_answered_is_lost(
    disk: Disk, server: Millrace
):
    store = Store(server)
    store.put("before")
    disk.take_room(server)

    error = store.put_until_refused()
    with pytest.raises(ClientError) as second:
        store.put("again")
    read = store.there()
    disk.give_room(server)
    store.put("after")

    assert told(error) == told(second.value) == (500, "InternalServerError")
    assert str(disk.data / "tables.db") in error.response["Error"]["Message"]
    assert set(read) == set(store.kept) - {"after"}
    assert store.there() == sorted(store.kept)
    assert str(disk.data / "tables.db") in server.errors_text()
    assert "Traceback" not in server.errors_text()


def test_killed_without_room_it_has_all_that_it_answered_when_there_is_room(disk: Disk, server: Millrace):
    store = Store(server)
    disk.take_room(server)
    store.put_until_refused()
    if disk.data.parent.is_mount():
        disk.give_room(server)

    server.kill()
    server.start()
    store.dynamodb = server.client("dynamodb")

    assert store.there() == sorted(store.kept)
    store.put("after")
    assert store.there() == sorted(store.kept)


def test_triggers_wait_out_the_lack_of_room_and_deliver_every_change_that_was_answered(
    disk: Disk, server: Millrace
):
    store, functions = Store(server), Functions(server)
    iam = server.client("iam")
    iam.put_role_policy(RoleName="functions", PolicyName="stream", PolicyDocument=stream_policy(store.stream))
    functions.make("Counter", "def handle(event, context):\n    return len(event['Records'])\n")
    functions.lambda_.create_event_source_mapping(
        EventSourceArn=store.stream, FunctionName="Counter", StartingPosition="TRIM_HORIZON"
    )
    store.put("before")
    server.idle()
    disk.take_room(server)
    store.put_until_refused()

    disk.give_room(server)
    store.put("after")
    (mapping,) = server.idle()["mappings"]

    assert (mapping["delivered"], mapping["pending"]) == (len(store.kept), 0)


def test_without_room_code_is_refused_and_functions_that_are_there_go_on(disk: Disk, server: Millrace):
    store, functions = Store(server), Functions(server)
    functions.make("There", "def handle(event, context):\n    return 'well'\n")
    assert functions.invoke("There").payload == "well"
    disk.take_room(server)
    store.put_until_refused()

    with pytest.raises(ClientError) as refusal:
        functions.make("New", f"# {os.urandom(200_000).hex()}\ndef handle(event, context): pass\n")

    assert told(refusal.value)[0] == 500
    assert functions.invoke("There").payload == "well"
    disk.give_room(server)
    functions.make("Newer", "def handle(event, context):\n    return 'new'\n")
    assert functions.invoke("Newer").payload == "new"


# A start that cannot be.


def failing_start(data: Path, *options: str) -> str:
    """What the command says when it cannot start."""
    done = subprocess.run(
        [sys.executable, "-m", "millrace", "serve", "--port", "0", "--data", str(data), *options],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("millrace: ")
    assert done.stderr.count("\n") == 1, "one sentence, no traceback"
    return done.stderr


def made_data(directory: Path) -> Path:
    """The data of a server that was stopped in good order."""
    server = Millrace(directory / "data")
    server.start()
    Store(server)
    server.stop()
    return server.data


@pytest.mark.parametrize("name", ["tables.db", "logs.db"])
def test_a_damaged_database_is_named_with_what_to_do(tmp_path: Path, name: str):
    data = made_data(tmp_path)
    (data / name).write_bytes(b"this is no database " * 1_000)

    said = failing_start(data)

    assert f"{data / name} is damaged or is not a database" in said
    assert "Restore it from a backup, or move it away to start empty." in said


def test_a_database_whose_middle_is_gone_is_named_with_what_to_do(tmp_path: Path):
    data = made_data(tmp_path)
    path = data / "tables.db"
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))

    assert f"{path} is damaged or is not a database" in failing_start(data)


def test_a_database_that_cannot_be_opened_is_named_with_what_to_do(tmp_path: Path):
    (tmp_path / "data" / "tables.db").mkdir(parents=True)

    said = failing_start(tmp_path / "data")

    assert str(tmp_path / "data" / "tables.db") in said
    assert "readable and writable" in said


def test_a_database_of_another_program_is_left_alone(tmp_path: Path):
    path = tmp_path / "data" / "tables.db"
    path.parent.mkdir()
    make = f"import sqlite3; sqlite3.connect({str(path)!r}).execute('CREATE TABLE theirs (a)')"
    subprocess.run([sys.executable, "-c", make], check=True)
    before = path.read_bytes()

    assert f"{path} is a database of another program" in failing_start(path.parent)
    assert path.read_bytes()[100:] == before[100:]


@pytest.mark.parametrize("place", ["file", "file/data", "/proc/data"])
def test_a_data_directory_that_cannot_be_is_named(tmp_path: Path, place: str):
    (tmp_path / "file").write_text("not a directory")

    assert place in failing_start(tmp_path / place)


def test_a_second_server_on_the_same_data_is_refused_and_the_first_goes_on(millrace: Millrace):
    said = failing_start(millrace.data)

    assert f"{millrace.data / 'tables.db'} is open in another millrace. Stop that one" in said
    assert millrace.client("dynamodb").list_tables()["TableNames"] == []


def test_an_occupied_port_is_named_with_what_to_do(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        port = occupied.getsockname()[1]

        said = failing_start(tmp_path / "data", "--port", str(port))

    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert "choose another port" in said


def test_a_port_or_an_address_that_cannot_be_is_named(tmp_path: Path):
    assert "a port is a number from 0 to 65535" in failing_start(tmp_path / "data", "--port", "70000")
    assert "cannot listen on 192.0.2.1" in failing_start(tmp_path / "data", "--auth", "--host", "192.0.2.1")
    assert "cannot listen on nowhere.invalid" in failing_start(
        tmp_path / "data", "--auth", "--host", "nowhere.invalid", "--port", "8000"
    )
