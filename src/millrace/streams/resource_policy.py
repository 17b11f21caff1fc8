"""The resource policies of tables and streams: who may use one besides those whose own policies say so, and who may not.

Both kinds are kept here, by ARN, as streams are the lower of the two rooms and ask for theirs too. An index has
none of its own: its table's policy speaks of it. What a document may say is `dynamodb.policy_document`'s to judge.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from millrace.core import limits
from millrace.core.context import Access
from millrace.storage.interface import Reader, Storage, Writer

SPACE = "resource-policies"
# The journal that tells that a policy came, changed or went.
CHANGES = "resource-policies/changes"


@dataclass(frozen=True, slots=True)
class Kept:
    """A policy, or what is left of one that was deleted: then `text` is None, `revision` that of the deletion.

    `text` is the document in AWS's canonical form, `sent` that form before defaults were filled in: what is sent
    again and comes to the same is no change.
    """

    text: str | None
    sent: str
    revision: str


def find(reader: Reader, arn: str) -> Kept | None:
    raw = reader.get(SPACE, arn.encode())
    if raw is None:
        return None
    row: dict[str, Any] = orjson.loads(raw)
    return Kept(**row)


def put(writer: Writer, arn: str, text: str | None, sent: str, now: float) -> Kept:
    """Replace a policy, or with `text` None delete it. Revisions are AWS's: epoch milliseconds that only rise."""
    before = find(writer, arn)
    milliseconds = int(now * 1000)
    if before is not None:
        milliseconds = max(milliseconds, int(before.revision) + 1)
    kept = Kept(text, sent, str(milliseconds))
    row = {"text": kept.text, "sent": kept.sent, "revision": kept.revision}
    writer.put(SPACE, arn.encode(), orjson.dumps(row))
    _tell(writer, arn)
    return kept


def forget(writer: Writer, arn: str) -> None:
    """Leave no trace, as the resource itself is gone."""
    if writer.get(SPACE, arn.encode()) is not None:
        writer.delete(SPACE, arn.encode())
        _tell(writer, arn)


def _tell(writer: Writer, arn: str) -> None:
    writer.trim(CHANGES, writer.append(CHANGES, arn.encode()) - limits.change_notices_max)


class Policies:
    """The documents in memory, as every request asks for them; a change of any makes it read them again."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._texts: dict[str, str] | None = None
        self._watching = False

    async def exist(self) -> bool:
        """Whether there is any policy at all."""
        return bool(self._texts if self._texts is not None else await self._read())

    async def text_for(self, access: Access) -> str | None:
        """The document that hangs on what is accessed, if there is one."""
        texts = self._texts if self._texts is not None else await self._read()
        return texts.get(access.resource.partition("/index/")[0]) if texts else None

    async def _read(self) -> dict[str, str]:
        if not self._watching:
            self._storage.watch(CHANGES, self._forget)
            self._watching = True
        texts = await self._storage.read(_texts)
        self._texts = texts
        return texts

    def _forget(self) -> None:
        self._texts = None


def _texts(reader: Reader) -> dict[str, str]:
    rows = ((key.decode(), orjson.loads(raw)["text"]) for key, raw in reader.range(SPACE))
    return {arn: text for arn, text in rows if text is not None}
