"""Loads the objects of an import into the table that it made.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html. Items are put in the order
of the objects' keys, then of lines: of two with the same key the last one stays. What is no item is counted and told
to a log, and the others are loaded.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from millrace.buckets import putting
from millrace.core import arn as arns
from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.errors import AwsError
from millrace.dynamodb import catalog, change, import_formats, jobs, request, values
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.import_formats import NoItemError
from millrace.dynamodb.jobs import Job
from millrace.dynamodb.row import Row
from millrace.dynamodb.transfers import Transfer
from millrace.dynamodb.values import Item
from millrace.logs.log import Logs
from millrace.storage.interface import Storage, Writer

LOG_GROUP = "/aws-dynamodb/imports"


@dataclass(slots=True)
class _Counts:
    """What has been done so far, and what was wrong."""

    bytes: int = 0
    processed: int = 0
    imported: int = 0
    errors: int = 0


async def load(storage: Storage, clock: Clock, logs: Logs, job: Job) -> Mapping[str, Any]:
    """Load everything; answers what is then told of the import. Raises AwsError if there is no such bucket."""
    found = await storage.read(lambda reader: jobs.transfer(reader, job))
    if found is None:
        return {}
    scope = arns.parse(job.arn).scope
    source = found.told["S3BucketSource"]
    counts = _Counts()
    problems: list[str] = []
    for key in await putting.keys(storage, source["S3Bucket"], source.get("S3KeyPrefix") or ""):
        await _load_object(storage, found, key, counts, problems)
    if problems:
        now = int(clock.now() * 1000)
        logs.append(scope, LOG_GROUP, f"{job.id}/error", [(now, text) for text in problems])
    return {
        "ImportStatus": "COMPLETED",
        "ProcessedSizeBytes": counts.bytes,
        "ProcessedItemCount": counts.processed,
        "ImportedItemCount": counts.imported,
        "ErrorCount": counts.errors,
    }


async def _load_object(
    storage: Storage, found: Transfer, key: str, counts: _Counts, problems: list[str]
) -> None:
    """Load one object, piece by piece. What can be read no further ends there, and counts as one error."""
    table = await storage.read(lambda reader: catalog.by_arn(reader, found.table))
    if table is None:
        return
    bucket = found.told["S3BucketSource"]["S3Bucket"]
    batch = _Batch(storage, found.table)
    try:
        async for item in _items(storage, found, table, key, counts):
            counts.processed += 1
            try:
                if isinstance(item, NoItemError):
                    raise item
                checked, measured = _checked(table, item)
            except (AwsError, NoItemError) as error:
                counts.errors += 1
                said = error.message if isinstance(error, AwsError) else str(error)
                if len(problems) < limits.import_problems_max:
                    problems.append(_problem(bucket, key, said or "", counts.processed))
                continue
            counts.imported += 1
            await batch.add(checked, measured)
    except NoItemError as error:
        counts.errors += 1
        problems.append(_problem(bucket, key, str(error)))
    await batch.put()


async def _items(
    storage: Storage, found: Transfer, table: Table, key: str, counts: _Counts
) -> AsyncIterator[Item | NoItemError]:
    """What an object holds, in order. Raises NoItemError where it can be read no further."""
    unpacker = import_formats.Unpacker(found.told["InputCompressionType"])
    items = import_formats.items(found.told, table)
    async for data in putting.read(storage, found.told["S3BucketSource"]["S3Bucket"], key):
        counts.bytes += len(data)
        for text in unpacker.texts(data):
            for item in items.of(text, last=False):
                yield item
    unpacker.end()
    for item in items.of("", last=True):
        yield item


class _Batch:
    """Items that are put together, in one transaction."""

    def __init__(self, storage: Storage, arn: str) -> None:
        self._storage = storage
        self._arn = arn
        self._items: list[Item] = []
        self._size = 0

    async def add(self, item: Item, size: int) -> None:
        self._items.append(item)
        self._size += size
        if len(self._items) >= limits.import_items_max or self._size >= limits.import_bytes_max:
            await self.put()

    async def put(self) -> None:
        batch, self._items, self._size = self._items, [], 0
        if batch:
            await self._storage.write(lambda writer: _put(writer, self._arn, batch))


def _put(writer: Writer, arn: str, batch: Sequence[Item]) -> None:
    table = catalog.by_arn(writer, arn)
    if table is None:
        return
    for item in batch:
        row = Row.of(item, values.size(item))
        # The table has no stream, no Time to Live and no history yet: nobody asks when this was.
        change.apply(writer, table, table.schema.key_of(item), lambda _old, row=row: row, 0.0)


def open_table(writer: Writer, job: Job) -> None:
    """The table may be used: all is loaded that can be."""
    table = catalog.by_arn(writer, job.arn.partition("/import/")[0])
    if table is not None:
        catalog.save(writer, replace(table, importing=False))


def _checked(table: Table, item: Item) -> tuple[Item, int]:
    """An item that fits its table, and its size. Raises AwsError."""
    clean, size = values.normalise(item)
    request.check_size(size)
    table.schema.key_of(clean)
    change.check_index_keys(table, clean)
    return clean, size


def _problem(bucket: str, key: str, sentence: str, number: int | None = None) -> str:
    told: dict[str, Any] = {
        "itemS3Pointer": {"bucket": bucket, "key": key},
        "importErrorMessages": [sentence],
    }
    if number is not None:
        told["itemS3Pointer"] |= {"itemIndex": number - 1}
    return orjson.dumps(told).decode()
