"""The queues of a server: which one a request is for, and the waiting for messages."""

import asyncio
from typing import Self
from urllib.parse import urlsplit

from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import Context
from millrace.core.errors import AwsError
from millrace.core.presence import Presence
from millrace.core.turn import give_way
from millrace.queues import box
from millrace.queues import queue as queues
from millrace.queues.mover import Mover
from millrace.queues.queue import Queue
from millrace.queues.reception import Received, over_limit, ready, receive
from millrace.storage.interface import Reader, Storage, Writer


class Queues:
    """Receivers may wait and messages are moved while it is entered; leaving sends receivers away without messages."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self.storage = storage
        self.clock = clock
        self._mover = Mover(storage, clock)
        self._waiting: set[asyncio.Event] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        await self._mover.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        for woken in self._waiting:
            woken.set()
        await self._mover.__aexit__(None, None, None)

    async def find(self, context: Context, url: str) -> Queue:
        """The queue of a QueueUrl. Raises QueueDoesNotExist, or AccessDenied for a stranger's."""
        queue = await self.storage.read(lambda reader: self.named(reader, context, url))
        if queue.scope.account != context.principal.account and not queue.attributes.get("Policy"):
            raise AwsError("AccessDeniedException", f"Access to the resource {url} is denied.", status=403)
        return queue

    def named(self, reader: Reader, context: Context, url: str) -> Queue:
        scope, name = place(context.scope, url)
        return queues.get(reader, scope, name)

    async def receive(
        self, queue: Queue, count: int, seconds: int, wait: float, client: Presence
    ) -> list[Received]:
        """Up to `count` messages, hidden for `seconds`; if there are none, those that come within `wait` seconds.

        Who has left waits no longer, and takes no message away from those who are there. Raises OverLimit for those
        who would not wait; for the others a queue with too many messages in flight is an empty one.
        """
        deadline = self.clock.now() + wait
        woken = asyncio.Event()
        ends = (self.storage.watch(queue.space("news"), woken.set), client.watch(woken.set))
        self._waiting.add(woken)
        try:
            found, nearest = await self._try(queue, count, seconds, Presence(), patient=wait > 0)
            while not (found or self.clock.now() >= deadline or self._closed or client.has_left):
                await self._wait(woken, min(deadline, nearest or deadline))
                woken.clear()
                found, nearest = await self._try(queue, count, seconds, client, patient=True)
            return found
        finally:
            self._waiting.discard(woken)
            for end in ends:
                end()

    async def _try(
        self, queue: Queue, count: int, seconds: int, client: Presence, *, patient: bool
    ) -> tuple[list[Received], float | None]:
        """Looks before it writes: who waits in vain writes nothing. If there is nothing, says when to look again."""

        def look(reader: Reader) -> tuple[bool, float | None]:
            current = queues.find(reader, queue.scope, queue.name)
            if current is None or current.id != queue.id:
                raise queues.missing()
            now = self.clock.now()
            if not box.is_full(reader, queue, int(now * 1000)):
                return ready(reader, queue, now)
            if not patient:
                raise over_limit()
            nearest = box.next_visible(reader, queue, int(now * 1000))
            return False, None if nearest is None else nearest / 1000

        def take(writer: Writer) -> list[Received]:
            if client.has_left:
                return []
            # Deleted, or given another dead-letter queue, since we looked for it.
            current = queues.get(writer, queue.scope, queue.name)
            return receive(writer, current, count, seconds, self.clock.now())

        is_ready, nearest = await self.storage.read(look)
        if not is_ready:
            return [], nearest
        found = await self.storage.write(take)
        return found, self.clock.now()  # somebody else may have been quicker: who knows what there is now

    async def _wait(self, woken: asyncio.Event, until: float) -> None:
        if until <= self.clock.now():
            await give_way()
            return
        timer = self.clock.call_at(until, woken.set)
        try:
            await woken.wait()
        finally:
            timer.cancel()


def place(scope: Scope, url: str) -> tuple[Scope, str]:
    """The account and name that a QueueUrl has; its host may be any. The region is the caller's."""
    try:
        parts = [part for part in urlsplit(url).path.split("/") if part]
    except ValueError:  # for instance brackets that hold no address
        parts = []
    if not parts:
        raise AwsError("InvalidAddress", f"The address {url} is not valid for this endpoint.", status=404)
    account = parts[-2] if len(parts) > 1 else scope.account
    if not (len(account) == 12 and account.isdigit()):
        raise queues.missing()
    return Scope(account, scope.region, scope.partition), parts[-1]


def url_of(context: Context, queue: Queue) -> str:
    """A queue's address, at the place the caller knows this server by."""
    return f"{context.reached_at}/{queue.scope.account}/{queue.name}"
