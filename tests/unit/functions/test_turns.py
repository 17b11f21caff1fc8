"""Turns: nobody with much to do keeps the others waiting."""

import asyncio

from millrace.core.turn import give_way
from millrace.functions.turns import Turns


class Hall:
    """Whoever has a turn keeps it until told to leave."""

    def __init__(self, places: int) -> None:
        self.turns = Turns(places)
        self.inside: list[str] = []
        self._tasks: list[tuple[str, asyncio.Event, asyncio.Task[None]]] = []

    async def come(self, name: str, times: int = 1) -> None:
        for _ in range(times):
            leave = asyncio.Event()
            self._tasks.append((name, leave, asyncio.ensure_future(self._stay(name, leave))))
        await settle()

    async def _stay(self, name: str, leave: asyncio.Event) -> None:
        async with self.turns.turn(name):
            self.inside.append(name)
            try:
                await leave.wait()
            finally:
                self.inside.remove(name)

    async def leave(self, name: str) -> None:
        """Who of that name came first goes."""
        found = next(one for one in self._tasks if one[0] == name)
        self._tasks.remove(found)
        found[1].set()
        await found[2]
        await settle()

    async def cancel(self, name: str, *, last: bool = False) -> None:
        found = [one for one in self._tasks if one[0] == name][-1 if last else 0]
        self._tasks.remove(found)
        found[2].cancel()
        await settle()

    async def empty(self) -> None:
        while self._tasks:
            await self.cancel(self._tasks[0][0])


async def settle() -> None:
    for _ in range(5):
        await give_way()


def test_one_name_alone_leaves_half_of_the_places_to_others():
    async def main():
        hall = Hall(8)
        await hall.come("slow", 20)
        slow = len(hall.inside)
        await hall.come("other")
        came = "other" in hall.inside
        await hall.empty()
        return slow, came

    assert asyncio.run(main()) == (4, True)


def test_place_that_comes_free_goes_to_who_has_fewest():
    async def main():
        hall = Hall(2)
        for name in "ab":
            await hall.come(name, 3)
        first = sorted(hall.inside)
        await hall.leave("a")
        second = sorted(hall.inside)
        await hall.leave("b")
        third = sorted(hall.inside)
        await hall.empty()
        return first, second, third

    assert asyncio.run(main()) == (["a", "b"], ["a", "b"], ["a", "b"])


def test_limit_holds_and_is_lifted():
    async def main():
        hall = Hall(16)
        hall.turns.limit("one", 1)
        await hall.come("one", 3)
        limited = len(hall.inside)
        hall.turns.limit("one", None)
        await hall.leave("one")
        lifted = len(hall.inside)
        await hall.empty()
        return limited, lifted

    assert asyncio.run(main()) == (1, 2)


def test_who_stops_waiting_takes_no_place():
    async def main():
        hall = Hall(2)
        await hall.come("a", 3)
        await hall.cancel("a", last=True)
        await hall.leave("a")
        left = list(hall.inside)
        await hall.leave("a")
        empty = list(hall.inside)
        await hall.come("b")
        return left, empty, list(hall.inside)

    assert asyncio.run(main()) == (["a"], [], ["b"])
