"""On-failure destinations of mappings: who is told of what was given up, and how that went.

What a destination is told is stored in the transaction of the checkpoint that gives the batch up. If the
destination is gone, or the function's role may not write to it, the shard moves on all the same, as on AWS; the
failure is counted, logged and shown.
"""

import logging
from dataclasses import dataclass, replace

import orjson

from millrace.core import ids
from millrace.core.clock import Clock
from millrace.core.errors import AwsError
from millrace.functions import catalog as functions
from millrace.functions import destinations
from millrace.functions.destinations import Document
from millrace.functions.names import invalid
from millrace.iam.identities import Identities
from millrace.storage.interface import Reader, Storage, Writer
from millrace.streams.stream import Shard
from millrace.triggers import checkpoint, document, ledger
from millrace.triggers.catalog import Mapping
from millrace.triggers.delivery import SaveCheckpoint, Told
from millrace.triggers.settings import invalid_destination

SPACE = "mappings/destinations"
# The words in which AWS names what a role lacks.
_NAMES = {"sqs": "SQS", "sns": "SNS", "s3": "S3"}

_log = logging.getLogger("millrace.triggers")


@dataclass(frozen=True, slots=True)
class Tally:
    """What a mapping's destination was told, in records, and why it was not told last; one row for each mapping."""

    delivered: int = 0
    failed: int = 0
    error: str | None = None


def tally(reader: Reader, uuid: str) -> Tally:
    raw = reader.get(SPACE, uuid.encode())
    return Tally() if raw is None else Tally(**orjson.loads(raw))


def forget(writer: Writer, uuid: str) -> None:
    """The mapping is gone."""
    writer.delete(SPACE, uuid.encode())


class Destinations:
    """Tells destinations, as functions' roles may."""

    def __init__(self, storage: Storage, clock: Clock, identities: Identities) -> None:
        self._storage = storage
        self._clock = clock
        self._identities = identities

    async def check(self, role: str, destination: str) -> None:
        """Raises InvalidParameterValueException if there is no such destination, or the role may not write to it."""
        if not await self._storage.read(lambda reader: destinations.is_there(reader, destination)):
            raise invalid_destination(destination)
        lacking = await destinations.refused(self._identities, role, destination)
        if lacking is not None:
            raise invalid(f"The function execution role does not have permissions to call {_call(lacking)}")

    async def save(self, mapping: Mapping, shard: Shard, command: SaveCheckpoint) -> Told | None:
        """Make a checkpoint durable, and tell the destination of what it gives up. Raises LeaseLostError.

        The answer says how that went; None if there was nothing to tell, or nobody.
        """
        uuid, row, destination = mapping.uuid, command.checkpoint, mapping.destination
        if not command.given_up or not destination:
            await self._storage.write(lambda writer: checkpoint.save(writer, uuid, shard.id, row))
            return None
        documents = self._documents(mapping, shard, command)
        refused = await self._refusal(mapping)
        records = [record for lost in command.given_up for record in lost.records]
        sizes = [len(lost.records) for lost in command.given_up]
        now = self._clock.now()

        def write(writer: Writer) -> str | None:
            checkpoint.save(writer, uuid, shard.id, row)
            told, error = (0, refused) if refused else _deliver(writer, mapping, documents, now)
            _note(writer, uuid, sum(sizes[:told]), sum(sizes[told:]), error)
            return error

        error = await self._storage.write(write)
        if error is not None:
            _log.warning("%s was not told of %d discarded records: %s", destination, len(records), error)
        return Told(*ledger.span(tuple(records)), destination, error)

    def _documents(self, mapping: Mapping, shard: Shard, command: SaveCheckpoint) -> list[Document]:
        origin = document.Origin(mapping.uuid, mapping.function_arn, mapping.stream_arn, shard.id)
        return [
            document.make(
                origin,
                lost,
                request_id=lost.request_id or ids.uuid(),
                name=ids.uuid(),
                position=shard.sequence_number(lost.position),
                now=self._clock.now(),
            )
            for lost in command.given_up
        ]

    async def _refusal(self, mapping: Mapping) -> str | None:
        """Why the destination may not be told; None if it may."""

        def role(reader: Reader) -> str:
            return functions.get(reader, mapping.scope, mapping.reference).role

        try:
            lacking = await destinations.refused(
                self._identities, await self._storage.read(role), mapping.destination
            )
        except AwsError as error:
            return str(error)
        return None if lacking is None else f"the function's role is not allowed {lacking} on it"


def _deliver(
    writer: Writer, mapping: Mapping, documents: list[Document], now: float
) -> tuple[int, str | None]:
    """How many of the documents the destination was told, and why not of all."""
    for told, one in enumerate(documents):
        try:
            destinations.deliver(writer, mapping.scope, mapping.destination, one, now)
        except AwsError as error:
            return told, str(error)
    return len(documents), None


def _note(writer: Writer, uuid: str, told: int, untold: int, error: str | None) -> None:
    row = tally(writer, uuid)
    row = replace(row, delivered=row.delivered + told, failed=row.failed + untold, error=error)
    writer.put(SPACE, uuid.encode(), orjson.dumps(row))


def _call(action: str) -> str:
    """`SendMessage on SQS`, of an action's name."""
    service, name = action.split(":")
    return f"{name} on {_NAMES[service]}"
