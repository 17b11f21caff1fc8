"""Sends what waits in the outbox: to HTTP endpoints with SNS's retries, to functions as asynchronous events.

A delivery's row is there until it was taken or given up, so a crash repeats at most what was under way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from millrace.core import limits
from millrace.core.background import Background
from millrace.core.clock import Clock, Timer
from millrace.core.errors import AwsError, StorageError
from millrace.core.progress import Progress
from millrace.storage.interface import Reader, Storage, Writer
from millrace.topics import endpoint, outbox, publishing, retries
from millrace.topics import topic as catalog
from millrace.topics.notification import dead_letter
from millrace.topics.outbox import Delivery

_log = logging.getLogger("millrace.topics")
# Hands an event to a function, by the function's ARN; raises AwsError if that cannot be.
Invoke = Callable[[str, bytes], Awaitable[None]]


class Sender(Background):
    """Delivers while it is entered."""

    name = "topics"

    def __init__(self, storage: Storage, clock: Clock, invoke: Invoke) -> None:
        super().__init__()
        self._storage = storage
        self._clock = clock
        self._invoke = invoke
        self._woken = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._progress = Progress()

    def is_busy(self, reader: Reader) -> bool:
        """Whether something that is due was not sent yet; what waits for its next try does not count."""
        return outbox.is_due(reader, self._clock.now())

    async def idle(self) -> None:
        """Return once all that is due was taken, given up, or waits for its next try."""
        await self._progress.until(lambda: self._storage.read(lambda reader: not self.is_busy(reader)))

    async def run(self) -> None:
        close = self._storage.watch(outbox.NEWS, self._woken.set)
        timer: Timer | None = None
        try:
            while True:
                self._woken.clear()
                try:
                    when = await self._start_due()
                except StorageError:
                    when = self._clock.now() + limits.topic_retry_seconds
                timer = None if when is None else self._clock.call_at(when, self._woken.set)
                await self._woken.wait()
                if timer is not None:
                    timer.cancel()
        finally:
            close()
            if timer is not None:
                timer.cancel()
            for task in self._running.values():
                task.cancel()
            if self._running:
                await asyncio.wait(self._running.values())

    async def _start_due(self) -> float | None:
        """Begin what is due, as far as there is room; answers when something else will be due."""
        now = self._clock.now()
        for delivery in await self._storage.read(self._next):
            if len(self._running) >= limits.topic_requests_running_max:
                return None  # one that ends wakes us
            if delivery.due > now:
                return delivery.due
            task = asyncio.create_task(self._deliver(delivery))
            self._running[delivery.id] = task
            task.add_done_callback(lambda _, name=delivery.id: self._ended(name))
        return None

    def _next(self, reader: Reader) -> list[Delivery]:
        """The first that are not under way, and one more."""
        found: list[Delivery] = []
        for delivery in outbox.waiting(reader):
            if delivery.id not in self._running:
                found.append(delivery)
            if len(found) > limits.topic_requests_running_max:
                break
        return found

    def _ended(self, name: str) -> None:
        self._running.pop(name, None)
        self._woken.set()
        self._progress.tell()

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            problem, final = await self._send(delivery)
            now = self._clock.now()
            await self._storage.write(lambda writer: conclude(writer, delivery, problem, now, final=final))
        except StorageError:
            await self._clock.sleep(limits.topic_retry_seconds)
        except Exception:  # noqa: BLE001 - the border: one delivery must not stop the others
            _log.exception("%s could not be delivered to; trying again.", delivery.subscription)
            await self._clock.sleep(limits.topic_retry_seconds)

    async def _send(self, delivery: Delivery) -> tuple[str | None, bool]:
        """What went wrong, if anything, and whether to try again would be in vain."""
        try:
            if delivery.protocol == "lambda":
                await self._invoke(delivery.endpoint, delivery.body.encode())
                return None, False
            status = await endpoint.post(delivery.endpoint, headers(delivery), delivery.body.encode())
        except AwsError as error:
            return str(error), True
        except (OSError, ValueError) as error:
            return str(error) or type(error).__name__, False
        if 200 <= status < 300:
            return None, False
        return f"HTTP {status}", 400 <= status < 500 and status != 429


def headers(delivery: Delivery) -> dict[str, str]:
    """SNS's headers of a message to an HTTP endpoint."""
    topic = delivery.subscription.rpartition(":")[0]
    told = {
        "x-amz-sns-message-type": delivery.kind,
        "x-amz-sns-message-id": delivery.message_id,
        "x-amz-sns-topic-arn": topic,
        "x-amz-sns-subscription-arn": delivery.subscription,
        "x-amz-sns-rawdelivery": "true",
        "Content-Type": delivery.content_type,
        "Accept-Encoding": "gzip,deflate",
        "User-Agent": "Amazon Simple Notification Service Agent",
    }
    if delivery.kind != "Notification":
        del told["x-amz-sns-subscription-arn"]
    if not delivery.raw:
        del told["x-amz-sns-rawdelivery"]
    return told


def conclude(writer: Writer, delivery: Delivery, problem: str | None, now: float, *, final: bool) -> None:
    """Note what came of a try: it is over, or waits for the next, or is a dead letter."""
    outbox.remove(writer, delivery)
    subscription = catalog.find_subscription(writer, delivery.subscription)
    if problem is None or subscription is None:
        return
    topic = catalog.find(writer, subscription.topic)
    policy = retries.effective(subscription.attributes, {} if topic is None else topic.attributes)
    tries = delivery.tries + 1
    pause = None if final else retries.delay(policy, tries)
    if pause is not None:
        outbox.add(writer, replace(delivery, due=now + pause, tries=tries))
        return
    body = dead_letter(delivery.body) if delivery.protocol == "lambda" else delivery.body
    if delivery.kind == "Notification" and publishing.give_up(writer, subscription, body, {}, now):
        return
    _log.warning("%s: a message is given up after %d tries: %s", delivery.subscription, tries, problem)
