"""Idle is one moment at which nobody has anything to do, however work goes from hand to hand."""

import asyncio

from millrace.core.progress import Progress
from millrace.core.turn import give_way
from millrace.server import idleness
from millrace.storage.interface import Reader
from millrace.storage.memory import MemoryStorage


class Hand:
    """Has pieces of work, and passes each on to the next hand when it has worked on it."""

    name = "hand"

    def __init__(self) -> None:
        self.pieces: list[int] = []
        self.next: Hand | None = None
        self._progress = Progress()

    def is_busy(self, _reader: Reader) -> bool:
        return bool(self.pieces)

    async def idle(self) -> None:
        async def rests() -> bool:
            return not self.pieces

        await self._progress.until(rests)

    def work(self) -> None:
        """Each piece goes round until it counts nothing any more."""
        pieces, self.pieces = self.pieces, []
        assert self.next is not None
        self.next.pieces += [piece - 1 for piece in pieces if piece > 1]
        self._progress.tell()


def a_ring(size: int) -> list[Hand]:
    hands = [Hand() for _ in range(size)]
    for hand, following in zip(hands, hands[1:] + hands[:1], strict=True):
        hand.next = following
    return hands


def test_work_that_goes_round_is_waited_for_to_its_end_in_whatever_order_it_is_looked_for():
    async def main() -> None:
        for start in range(3):
            hands = a_ring(3)
            hands[start].pieces = [7, 2]
            async with MemoryStorage() as storage:
                reached = asyncio.ensure_future(idleness.reached(storage, hands))
                for _ in range(7):
                    await give_way()
                    assert not reached.done()
                    next(hand for hand in hands if hand.pieces).work()
                await asyncio.wait_for(reached, 60)

    asyncio.run(main())


def test_what_is_idle_needs_no_waiting():
    async def main() -> None:
        async with MemoryStorage() as storage:
            await asyncio.wait_for(idleness.reached(storage, a_ring(2)), 60)

    asyncio.run(main())
